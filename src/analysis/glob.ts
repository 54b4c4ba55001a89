/** Globs of `aicost.yaml` rules, matched against workspace-relative paths. */
import picomatch from "picomatch/posix";

const cache = new Map<string, (path: string) => boolean>();

/** True when the workspace-relative `path` (with `/`) matches; a glob without `/` matches the file name in any folder. */
export function matchesGlob(glob: string, path: string): boolean {
  if (glob.length > 200) return false;
  let matcher = cache.get(glob);
  if (matcher === undefined) {
    const pattern = glob.replace(/^\.?\//, "");
    matcher = picomatch(pattern.includes("/") ? pattern : `**/${pattern}`, { dot: true, nonegate: true });
    if (cache.size > 500) cache.clear();
    cache.set(glob, matcher);
  }
  return matcher(path.replaceAll("\\", "/"));
}
