/** "Resolve Model from Hugging Face": asks for an id, reads it from the hub, keeps it. What is kept is not read again unasked. */
import * as vscode from "vscode";
import * as z from "zod";
import { RequestError } from "../catalog/refresh/request";
import { parseResolvedModels, type ResolvedModel, withResolvedModel } from "../catalog/refresh/resolvedModels";
import { hubAddress, isHubId, isRevision, resolveHubModel } from "../catalog/refresh/resolveModel";
import { type CatalogueHost, cancellable, offer } from "./interaction";
import { isToken, keepToken, readNetwork, readToken } from "./network";

interface ModelRequest {
  readonly id: string;
  /** Branch, tag or commit; `main` when absent. */
  readonly revision?: string;
  /** Reads it even where it is kept already. */
  readonly again?: boolean;
}

/** `owner/name` or `owner/name@revision`. */
function parseName(text: string): ModelRequest | undefined {
  const [id = "", revision, ...more] = text.trim().split("@");
  if (!isHubId(id) || more.length > 0 || (revision !== undefined && !isRevision(revision))) return undefined;
  return { id, ...(revision === undefined ? {} : { revision }) };
}

/** What a keybinding may hand over instead of typing. */
const argumentSchema = z.union([
  z.string().transform((text) => parseName(text)),
  z
    .strictObject({ id: z.string(), revision: z.string().optional(), again: z.boolean().optional() })
    .transform(({ id, revision, again }) => {
      const named = parseName(revision === undefined ? id : `${id}@${revision}`);
      return named && { ...named, ...(again === undefined ? {} : { again }) };
    }),
]);

/** Reads a model's dimensions from the hub and keeps them for later estimates. An argument that is no model's name does nothing. */
export async function resolveModel(
  host: CatalogueHost,
  argument: unknown,
  suggestion: () => Promise<string>,
): Promise<void> {
  const wanted =
    argument === undefined ? await askForModel(await suggestion()) : argumentSchema.safeParse(argument).data;
  if (wanted === undefined) return;
  const known = parseResolvedModels(await host.store.read("models")).find(
    ({ id, revision }) =>
      id.toLowerCase() === wanted.id.toLowerCase() && (wanted.revision === undefined || wanted.revision === revision),
  );
  if (known !== undefined && wanted.again !== true) {
    const question = vscode.l10n.t("{0} is known already, {1}.", known.id, known.source);
    offer(host.log, vscode.window.showInformationMessage, question, vscode.l10n.t("Read Again"), () =>
      readModel(host, wanted, true),
    );
    return;
  }
  await readModel(host, wanted, known !== undefined);
}

async function askForModel(suggestion: string): Promise<ModelRequest | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t("Resolve Model from Hugging Face"),
    prompt: vscode.l10n.t("Reads config.json and the parameter counts of one model from {0}", hubName()),
    placeHolder: "owner/name",
    value: suggestion,
    validateInput: (value) =>
      parseName(value) === undefined ? vscode.l10n.t("owner/name or owner/name@revision, as on the hub") : undefined,
  });
  return text === undefined ? undefined : parseName(text);
}

/** For prompts; a wrong address is told when it is asked. */
function hubName(): string {
  try {
    return new URL(hubAddress(readNetwork().hub)).host;
  } catch {
    return "huggingface.co";
  }
}

async function readModel(host: CatalogueHost, { id, revision }: ModelRequest, again: boolean): Promise<void> {
  let model: ResolvedModel | undefined;
  try {
    const { fetch, timeout, hub } = readNetwork();
    const token = await readToken(host.store.secrets, hub);
    model = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Resolving {0}", id), cancellable: true },
      (_, cancellation) =>
        cancellable(cancellation, (signal) =>
          resolveHubModel(id, {
            fetch,
            timeout,
            signal,
            now: new Date().toISOString(),
            ...(hub === undefined ? {} : { endpoint: hub }),
            ...(token === undefined ? {} : { token }),
            ...(revision === undefined ? {} : { revision }),
          }),
        ),
    );
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    host.log(`${id}: ${error.message}`);
    const message = vscode.l10n.t("{0} could not be resolved: {1}.", id, error.message);
    if (error.kind === "forbidden")
      offer(host.log, vscode.window.showWarningMessage, message, vscode.l10n.t("Set Token"), () => setHubToken(host));
    else void vscode.window.showWarningMessage(message);
    return;
  }
  if (model === undefined) return;
  const stored = parseResolvedModels(await host.store.read("models"));
  await host.store.write("models", withResolvedModel(stored, model));
  await host.reload();
  void vscode.window.showInformationMessage(
    again
      ? vscode.l10n.t("{0} is up to date, {1}.", model.id, model.source)
      : vscode.l10n.t("{0} is known now, {1}.", model.id, model.source),
  );
}

/** Keeps an access token for the hub in VS Code's secrets, never in the settings. An empty one is forgotten. */
export async function setHubToken(host: CatalogueHost): Promise<void> {
  const { hub } = readNetwork();
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t("Set Hugging Face Token"),
    prompt: vscode.l10n.t(
      "For gated and private models of {0}; kept in the secret storage, empty to forget it",
      hubName(),
    ),
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) =>
      value.trim() === "" || isToken(value.trim()) ? undefined : vscode.l10n.t("A token has no spaces in it"),
  });
  if (text === undefined) return;
  try {
    await keepToken(host.store.secrets, hub, text.trim());
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    void vscode.window.showWarningMessage(error.message);
    return;
  }
  void vscode.window.showInformationMessage(
    text.trim() === ""
      ? vscode.l10n.t("The token for {0} is forgotten.", hubName())
      : vscode.l10n.t("The token for {0} is kept.", hubName()),
  );
}
