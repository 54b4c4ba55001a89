/** Values that stand for a value to be filled in: `<region>`, `YOUR_MODEL`, `PLACEHOLDER_AWS_REGION`, `{{ gpu }}`, `REGION`. */

/** Spellings that templates and manuals use, whatever the field. */
const marks: readonly RegExp[] = [
  /<[^<>]*>/,
  /\{\{|\}\}|\{%/,
  /^%\w+%$|^__\w+__$|^@\w+@$/,
  /placeholder/i,
  /(?:^|[^a-z])your[-_ ]/i,
  /\bx{3,}\b/i,
  /^(?:(?:replace|change|fill|insert|update|set)[-_ ]?(?:me|this|here|in)?|todo|tbd|tba|fixme|example|dummy|none|null|n\/a|unknown)$/i,
];

/** Last words of a field's own name, as people write a variable for it. */
const ownNames: Readonly<Record<string, RegExp>> = {
  region: /(?:^|_)(?:REGION|LOCATION|ZONE)(?:_NAME|_ID)?$/,
  instanceType: /(?:^|_)(?:INSTANCE|MACHINE|NODE|VM|SKU)(?:_?TYPE|_?SIZE|_NAME)?$/,
  accelerator: /(?:^|_)(?:ACCELERATOR|GPU|DEVICE)_(?:TYPE|NAME|MODEL)$|^ACCELERATOR$/,
  provider: /(?:^|_)(?:PROVIDER|CLOUD)(?:_NAME)?$/,
  "facility.zone": /(?:^|_)ZONE$/,
};
const modelVariable = /(?:^|_)MODEL(?:_(?:NAME|ID|PATH|DIR|URI|NAME_OR_PATH))?$/;
const models: readonly string[] = ["model", "teacher", "reference", "critic", "rewardModel", "draftModel", "decoder"];
const fields: ReadonlySet<string> = new Set([...Object.keys(ownNames), ...models, "dataset.name"]);

/** True where the text of a field is there to be replaced: such a value is unknown. */
export function isPlaceholder(field: string, text: string): boolean {
  if (!fields.has(field) || text.length > 300) return false;
  if (marks.some((mark) => mark.test(text))) return true;
  if (!/^[A-Z][A-Z_]*$/.test(text)) return false;
  const own = Object.hasOwn(ownNames, field) ? ownNames[field] : models.includes(field) ? modelVariable : undefined;
  return own?.test(text) === true;
}
