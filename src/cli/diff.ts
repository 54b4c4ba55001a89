/** `diff BASE HEAD`: what a change costs, between two files, two folders, or revisions. */
import { existsSync, statSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import type { Analyzer } from "../analysis/analyzer";
import { differenceOf } from "../present/difference";
import { type DifferenceFormat, differenceFormats, differenceText } from "../present/differenceText";
import { createFormatter } from "../present/numbers";
import { type AnalyzedFile, buildReport, type Report } from "../present/report";
import { findFiles, languageOf, type SourceFile } from "./files";
import { Revision } from "./git";
import { withTokenPrices } from "./report";
import { exitCodes, UsageError } from "./usage";
import { analyzeFile, openWorkspace, Workspaces } from "./workspace";

/** A file or a folder on disk, or the name of a revision. */
interface Place {
  readonly name: string;
  readonly type: "file" | "folder" | "revision";
}

function placeOf(name: string): Place {
  const stats = statSync(name, { throwIfNoEntry: false });
  return { name, type: stats?.isDirectory() ? "folder" : stats?.isFile() ? "file" : "revision" };
}

/** One side, ready to be analysed; files are shown by the path under which both sides have them. */
interface Side {
  readonly analyzeAll: () => AnalyzedFile[];
  readonly analyzers: () => readonly Analyzer[];
}

const warn = (message: string): void => console.error(message);
const below = (root: string, path: string): string => relative(root, path).replaceAll(sep, "/");

function diskSide(sources: readonly SourceFile[], shownAs: (source: SourceFile) => string): Side {
  const workspaces = new Workspaces([], {}, warn);
  return {
    analyzeAll: () => sources.map((source) => workspaces.analyze(source, shownAs(source))),
    analyzers: () => sources.map(({ root }) => workspaces.at(root).analyzer),
  };
}

function revisionSide(revision: Revision, paths: readonly string[]): Side {
  const workspace = openWorkspace((path) => revision.read(path), { settings: [], overrides: {}, warn });
  return {
    analyzeAll: () =>
      paths.flatMap((path) => {
        const result = revision.read(path);
        return result === undefined ? [] : [analyzeFile(workspace, path, result, languageOf(path) ?? "yaml", path)];
      }),
    analyzers: () => [workspace.analyzer],
  };
}

function revisionAt(folder: string, name: string): Revision {
  const revision = Revision.open(folder, name);
  if (revision === undefined) throw new UsageError(`${name} is no file, no folder and no git revision`);
  return revision;
}

/** The same file or folder on disk and in a revision. */
function againstRevision(disk: Place, name: string): readonly [onDisk: Side, inRevision: Side, revision: Revision] {
  const found = findFiles([disk.name]);
  const root = disk.type === "folder" ? resolve(disk.name) : (found[0] as SourceFile).root;
  const revision = revisionAt(root, name);
  if (disk.type === "file") {
    const path = below(root, resolve(disk.name));
    const before = revision.renamesTo(undefined).get(path) ?? path;
    return [diskSide(found, () => path), revisionSide(revision, [before]), revision];
  }
  const paths = revision.configurationFiles();
  // What git tracks is read although .gitignore may name it: it would look removed otherwise.
  const known = new Set(found.map(({ path }) => path));
  const tracked = paths.flatMap((path): SourceFile[] => {
    const absolute = join(root, path);
    const language = languageOf(path);
    return known.has(absolute) || language === undefined || !existsSync(absolute)
      ? []
      : [{ path: absolute, root, language }];
  });
  return [diskSide([...found, ...tracked], ({ path }) => below(root, path)), revisionSide(revision, paths), revision];
}

interface Sides {
  readonly base: Side;
  readonly head: Side;
  /** Old paths by new ones, as git tells them. */
  readonly renamed: ReadonlyMap<string, string>;
}

const turned = (renames: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
  new Map([...renames].map(([to, from]) => [from, to]));

function sidesOf(base: Place, head: Place): Sides {
  if (base.type === "revision" && head.type === "revision") {
    const [one, other] = [revisionAt(process.cwd(), base.name), revisionAt(process.cwd(), head.name)];
    return {
      base: revisionSide(one, one.configurationFiles()),
      head: revisionSide(other, other.configurationFiles()),
      renamed: one.renamesTo(other),
    };
  }
  if (base.type === "revision") {
    const [onDisk, inRevision, revision] = againstRevision(head, base.name);
    return { base: inRevision, head: onDisk, renamed: revision.renamesTo(undefined) };
  }
  if (head.type === "revision") {
    const [onDisk, inRevision, revision] = againstRevision(base, head.name);
    return { base: onDisk, head: inRevision, renamed: turned(revision.renamesTo(undefined)) };
  }
  if (base.type !== head.type)
    throw new UsageError(`diff wants two files or two folders, not a ${base.type} and a ${head.type}`);
  // Two files are one file before and after, whatever they are called.
  const shared = basename(head.name);
  const side = (place: Place): Side =>
    diskSide(findFiles([place.name]), ({ path }) =>
      place.type === "file" ? shared : below(resolve(place.name), path),
    );
  return { base: side(base), head: side(head), renamed: new Map() };
}

async function reportOf(side: Side): Promise<Report> {
  const files = await withTokenPrices(side.analyzeAll, side.analyzers);
  const facts = (side.analyzers()[0] ?? new Workspaces([], {}, warn).at(process.cwd()).analyzer).facts;
  return buildReport(
    files.filter(({ workloads, problems }) => workloads.length > 0 || problems.length > 0),
    { names: facts, asOf: facts.asOf },
  );
}

export async function diffCommand(base: string, head: string, options: { readonly format: string }): Promise<number> {
  if (!(differenceFormats as readonly string[]).includes(options.format))
    throw new UsageError(`--format is one of ${differenceFormats.join(", ")}`);
  const sides = sidesOf(placeOf(base), placeOf(head));
  const [before, after] = [await reportOf(sides.base), await reportOf(sides.head)];
  const difference = differenceOf(before, after, { base, head }, sides.renamed);
  process.stdout.write(differenceText(difference, options.format as DifferenceFormat, createFormatter("en")));
  return exitCodes.done;
}
