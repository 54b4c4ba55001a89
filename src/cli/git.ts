/** Files of a git revision, read into memory: the work tree is never touched. */
import { spawnSync } from "node:child_process";
import { languageOf, largestFile, neverRead, type ReadResult, tooLargeFile } from "./files";
import { UsageError } from "./usage";

/** Bytes of objects asked for in one call. */
const batchBytes = 32 << 20;

interface Blob {
  readonly object: string;
  readonly size: number;
}

function git(folder: string, args: readonly string[], input?: string): Buffer {
  const result = spawnSync("git", args, {
    cwd: folder,
    maxBuffer: 1 << 30,
    env: { ...process.env, GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0" },
    ...(input === undefined ? {} : { input }),
  });
  if (result.error) {
    const missing = (result.error as NodeJS.ErrnoException).code === "ENOENT";
    throw new UsageError(missing ? "git is needed to read a revision" : `git: ${result.error.message}`);
  }
  if (result.status === 0) return result.stdout;
  const [line = ""] = result.stderr.toString("utf8").trim().split("\n");
  throw new UsageError(line === "" ? `git ${args[0]} failed` : `git: ${line.replace(/^fatal: /, "")}`);
}

/** The commit a name stands for in the repository of `folder`; undefined when git knows none. Throws UsageError outside a repository. */
function commitOf(folder: string, name: string): string | undefined {
  // What begins with a dash would be an option to git.
  if (name.startsWith("-") || name === "") return undefined;
  try {
    git(folder, ["rev-parse", "--git-dir"]);
  } catch (error) {
    throw new UsageError(`${name} is no file and no folder; as a revision: ${(error as Error).message}`);
  }
  const { status, stdout } = spawnSync("git", ["rev-parse", "--verify", "--quiet", `${name}^{commit}`], {
    cwd: folder,
    encoding: "utf8",
  });
  return status === 0 ? stdout.trim() : undefined;
}

/** The files below one folder as a revision has them; paths are relative to the folder, with `/`. */
export class Revision {
  readonly #blobs = new Map<string, Blob>();
  readonly #texts = new Map<string, string>();

  private constructor(
    readonly name: string,
    readonly folder: string,
    readonly commit: string,
  ) {
    const listing = git(folder, ["ls-tree", "-r", "-l", "-z", commit]).toString("utf8");
    for (const line of listing.split("\0")) {
      const match = /^(\d+) blob ([0-9a-f]+) +(\d+)\t(.+)$/s.exec(line);
      // Links (120000) and submodules are no files of ours.
      if (match && match[1] !== "120000")
        this.#blobs.set(match[4] ?? "", { object: match[2] ?? "", size: Number(match[3]) });
    }
  }

  /** Undefined when `name` is no revision of the folder's repository. */
  static open(folder: string, name: string): Revision | undefined {
    const commit = commitOf(folder, name);
    return commit === undefined ? undefined : new Revision(name, folder, commit);
  }

  /** Files that were moved on the way to another revision, or to the work tree: the new path, and the old one. */
  renamesTo(later: Revision | undefined): ReadonlyMap<string, string> {
    const range = later === undefined ? [this.commit] : [this.commit, later.commit];
    const options = ["--find-renames", "--diff-filter=R", "--name-status", "--relative", "--no-ext-diff", "-z"];
    const parts = git(this.folder, ["diff", ...options, ...range])
      .toString("utf8")
      .split("\0");
    const renames = new Map<string, string>();
    // Each is three parts: `R087`, the old path, the new one.
    for (let at = 0; at + 2 < parts.length; at += 3) renames.set(parts[at + 2] ?? "", parts[at + 1] ?? "");
    return renames;
  }

  has(path: string): boolean {
    return this.#blobs.has(path);
  }

  /** Configuration files, sorted; their texts are fetched together. */
  configurationFiles(): string[] {
    const paths = [...this.#blobs.keys()].filter((path) => languageOf(path) !== undefined && !neverRead(path)).sort();
    this.#fetch(paths);
    return paths;
  }

  /** Undefined when the revision has no such file. */
  read(path: string): ReadResult | undefined {
    const blob = this.#blobs.get(path);
    if (blob === undefined) return undefined;
    if (blob.size > largestFile) return tooLargeFile(blob.size);
    if (!this.#texts.has(path)) this.#fetch([path]);
    return { text: this.#texts.get(path) ?? "" };
  }

  #fetch(paths: readonly string[]): void {
    let batch: [string, Blob][] = [];
    let bytes = 0;
    const flush = (): void => {
      if (batch.length > 0) this.#fetchBatch(batch);
      batch = [];
      bytes = 0;
    };
    for (const path of paths) {
      const blob = this.#blobs.get(path);
      if (blob === undefined || blob.size > largestFile || this.#texts.has(path)) continue;
      batch.push([path, blob]);
      bytes += blob.size;
      if (bytes > batchBytes) flush();
    }
    flush();
  }

  /** `cat-file --batch` answers `<object> blob <size>`, a line break, the content, a line break. */
  #fetchBatch(batch: readonly (readonly [string, Blob])[]): void {
    const out = git(this.folder, ["cat-file", "--batch"], batch.map(([, { object }]) => `${object}\n`).join(""));
    let at = 0;
    for (const [path] of batch) {
      const lineEnd = out.indexOf(0x0a, at);
      const size = /^[0-9a-f]+ blob (\d+)$/.exec(out.toString("latin1", at, lineEnd))?.[1];
      if (lineEnd < 0 || size === undefined) throw new UsageError(`git: cannot read ${path} of ${this.name}`);
      const start = lineEnd + 1;
      at = start + Number(size);
      this.#texts.set(path, out.toString("utf8", start, at));
      at++;
    }
  }
}
