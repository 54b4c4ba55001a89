/** `aicost.yaml` at a workspace's root: defaults for all files, rules by glob, own prices. */
import * as z from "zod";
import { commonFieldsSchema } from "../core/workload";
import { parseDocuments } from "../document/parse";
import { plainValue } from "../document/plainValue";
import type { DefaultsLayer } from "./analysis";
import { matchesGlob } from "./glob";

const globs = z.union([z.string(), z.array(z.string()).max(100)]);

const schema = z.object({
  aicost: z.literal(1).optional(),
  defaults: commonFieldsSchema.partial().optional(),
  rules: z
    .array(
      z.object({ match: globs, defaults: commonFieldsSchema.partial().optional(), ignore: z.boolean().optional() }),
    )
    .max(500)
    .optional(),
  /** Own prices and rows; validated by the catalogue. */
  catalog: z.unknown().optional(),
  /** USD that the workspace's workloads may cost together. */
  budget: z.number().positive().optional(),
});

export const workspaceFileNames = ["aicost.yaml", "aicost.yml", "aicost.json"] as const;

export interface WorkspaceFile {
  readonly origin: string;
  readonly defaults?: DefaultsLayer["fields"];
  readonly rules: readonly {
    readonly match: readonly string[];
    readonly fields: DefaultsLayer["fields"];
    readonly ignore: boolean;
  }[];
  readonly catalog?: unknown;
  readonly budget?: number;
}

/** Reads the text of a workspace file (YAML, or JSON as its subset). Never throws. */
export function parseWorkspaceFile(
  text: string,
  origin: string,
): { file?: WorkspaceFile; problems: readonly string[] } {
  const { documents, problems } = parseDocuments(text, "yaml");
  const broken = problems.find(({ severity }) => severity === "error");
  if (broken) return { problems: [`${origin}: ${broken.message}`] };
  return readWorkspaceFile(plainValue(documents[0]?.root ?? null), origin);
}

/** Validates the parsed content of a workspace file. */
export function readWorkspaceFile(
  value: unknown,
  origin: string,
): { file?: WorkspaceFile; problems: readonly string[] } {
  const parsed = schema.safeParse(value ?? {});
  if (!parsed.success)
    return {
      problems: parsed.error.issues.map((issue) => `${origin}: ${issue.path.join(".") || "file"}: ${issue.message}`),
    };
  const { defaults, rules = [], catalog, budget } = parsed.data;
  return {
    file: {
      origin,
      ...(defaults ? { defaults } : {}),
      rules: rules.map((rule) => ({
        match: typeof rule.match === "string" ? [rule.match] : rule.match,
        fields: rule.defaults ?? {},
        ignore: rule.ignore ?? false,
      })),
      ...(catalog === undefined ? {} : { catalog }),
      ...(budget === undefined ? {} : { budget }),
    },
    problems: [],
  };
}

/** Layers that apply to one file, nearest first: matching rules (the last written wins), then the file-wide defaults. */
export function layersFor(file: WorkspaceFile, path: string): { layers: readonly DefaultsLayer[]; ignored: boolean } {
  const matching = file.rules.filter((rule) => rule.match.some((glob) => matchesGlob(glob, path)));
  const layers: DefaultsLayer[] = matching
    .map((rule) => ({ fields: rule.fields, origin: `${file.origin}, rule ${rule.match.join(", ")}` }))
    .reverse();
  if (file.defaults) layers.push({ fields: file.defaults, origin: `${file.origin}, defaults` });
  return { layers, ignored: matching.some((rule) => rule.ignore) };
}
