/** The faces beside lens and hover: problems, quick fixes, reports, snippets, settings, and what strangers may send to commands. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { extensionId } from "./activation";

const native = (fields: string): string => `aicost: 1\nworkloads:\n  - name: run\n    kind: training\n${fields}`;
const run = native(
  "    model: meta-llama/Llama-3.1-8B\n    accelerator: H100-SXM\n    accelerators: 64\n    tokens: 1T\n    sequenceLength: 8192\n",
);

async function until<T>(what: string, ask: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (let attempt = 0; attempt < 80; attempt++) {
    const answer = await ask();
    if (answer) return answer as NonNullable<T>;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for ${what}`);
}

async function open(content: string, language = "yaml"): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument({ language, content });
  await vscode.window.showTextDocument(document);
  return document;
}

const titles = async (document: vscode.TextDocument): Promise<string[]> => {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    "vscode.executeCodeLensProvider",
    document.uri,
    50,
  );
  return lenses.map(({ command }) => command?.title ?? "").filter((title) => title !== "");
};
const lensOf = (document: vscode.TextDocument): Promise<string> =>
  until("a lens", async () => (await titles(document))[0]);

const own = (document: vscode.TextDocument): vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === "AI Cost Lens");

async function withSetting(name: string, value: unknown, body: () => Promise<void>): Promise<void> {
  const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration("aiCostLens");
  await settings().update(name, value, vscode.ConfigurationTarget.Global);
  try {
    await body();
  } finally {
    await settings().update(name, undefined, vscode.ConfigurationTarget.Global);
  }
}

const actions = (document: vscode.TextDocument, line: number): Thenable<vscode.CodeAction[]> =>
  vscode.commands.executeCommand<vscode.CodeAction[]>(
    "vscode.executeCodeActionProvider",
    document.uri,
    new vscode.Range(line, 0, line, 0),
  );

const tabLabels = (): string[] => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));

export function facesSuite(): void {
  describe("the other faces", () => {
    before(async () => {
      await vscode.extensions.getExtension(extensionId)?.activate();
    });
    // Closing unsaved files any other way asks the person first.
    afterEach(async () => {
      await until("all tabs to be closed", async () => {
        if (tabLabels().length > 0) await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
        return tabLabels().length === 0;
      });
    });

    it("reports a budget that is exceeded, and takes it back with the setting", async () => {
      const document = await open(run);
      await lensOf(document);
      await withSetting("budget.cost", 10, async () => {
        const [problem] = await until("the problem", () => (own(document).length > 0 ? own(document) : undefined));
        assert.match(problem?.message ?? "", /Cost .* exceeds the budget of \$10/);
        assert.equal(problem?.code, "budget");
      });
      await until("its end", () => own(document).length === 0);
    });

    it("points at a value that cannot be read", async () => {
      const document = await open(native("    accelerators: many\n"));
      const problems = await until("the problem", () => (own(document).length > 0 ? own(document) : undefined));
      assert.equal(document.getText(problems[0]?.range), "many");
    });

    it("offers to state an assumed value, and the lens stays with it", async () => {
      const document = await open(
        "base_model: meta-llama/Llama-3.1-8B\nadapter: lora\ndatasets:\n  - path: tatsu-lab/alpaca\nmicro_batch_size: 2\nnum_epochs: 3\n",
      );
      await lensOf(document);
      const anchor = 0;
      const offered = await until("the fix", async () => {
        const found = (await actions(document, anchor)).filter(({ title }) => / in a comment$/.test(title));
        return found.length > 0 ? found : undefined;
      });
      const edit = offered[0]?.edit;
      assert.ok(edit);
      await vscode.workspace.applyEdit(edit);
      assert.match(document.lineAt(0).text, /^# ai-cost: \w[\w.]*=\S+$/);
      await lensOf(document);
    });

    it("ignores a block on request", async () => {
      const document = await open("base_model: meta-llama/Llama-3.1-8B\nadapter: lora\ndatasets:\n  - path: x\n");
      await lensOf(document);
      const ignore = await until("the action", async () =>
        (await actions(document, 0)).find(({ title }) => title.endsWith("ignore this block")),
      );
      assert.ok(ignore.edit);
      await vscode.workspace.applyEdit(ignore.edit);
      assert.equal(document.lineAt(0).text, "# ai-cost: ignore");
      await until("silence", async () => (await titles(document)).length === 0);
    });

    it("shows the report of a file and the chain of formulas", async () => {
      const document = await open(run);
      await lensOf(document);
      const target = { uri: document.uri.toString() };
      await vscode.commands.executeCommand("aiCostLens.reportFile", target);
      await until("the report", () => tabLabels().some((label) => label.includes("Cost of ")));
      await vscode.commands.executeCommand("aiCostLens.explainEstimate", target);
      await until("the explanation", () => tabLabels().some((label) => label.includes("How run is estimated")));
    });

    it("writes reports in which a hostile name stays text", async () => {
      const document = await open(run.replace("name: run", 'name: "<img src=x> [x](command:evil) $(zap)"'));
      await lensOf(document);
      await vscode.commands.executeCommand("aiCostLens.reportFile", { uri: document.uri.toString() });
      const page = await until("the report", () =>
        vscode.workspace.textDocuments.find(
          ({ uri }) => uri.scheme === "ai-cost-lens" && uri.query === document.uri.toString(),
        ),
      );
      assert.doesNotMatch(page.getText(), /(?<!\\)<img|(?<!\\)\[x(?!\\)/);
    });

    it("refuses arguments that are not its own", async () => {
      // A file that has something to report is in front: an argument that is refused must not end up meaning it.
      await lensOf(await open(run));
      const before = tabLabels();
      for (const argument of [
        42,
        "file:///etc/passwd",
        { uri: 7 },
        { uri: "file:///etc/passwd" },
        { uri: "untitled:x", workload: "y", more: true },
        { uri: "not a uri" },
        [],
      ])
        for (const command of ["explainEstimate", "compareScenarios", "reportFile"]) {
          await vscode.commands.executeCommand(`aiCostLens.${command}`, argument);
          assert.deepEqual(tabLabels(), before, `${command} ${JSON.stringify(argument)}`);
        }
    });

    it("estimates fenced blocks of Markdown, unless it is told not to", async () => {
      const document = await open(`# Notes\n\n\`\`\`yaml\n${run}\`\`\`\n`, "markdown");
      assert.match(await lensOf(document), /64 ?× ?H100/);
      await withSetting("markdown.enable", false, () =>
        until("silence", async () => (await titles(document)).length === 0).then(() => undefined),
      );
    });

    it("reads the file that a recipe inherits from, and follows it when it changes", async () => {
      const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
      assert.ok(folder);
      const place = vscode.Uri.joinPath(folder, "inherits.tmp");
      const write = (name: string, text: string): Thenable<void> =>
        vscode.workspace.fs.writeFile(vscode.Uri.joinPath(place, name), new TextEncoder().encode(text));
      const base = (nodes: number): string =>
        `policy:\n  model_name: Qwen/Qwen2.5-7B\n  train_global_batch_size: 512\n  max_total_sequence_length: 4096\ngrpo:\n  num_prompts_per_step: 32\n  num_generations_per_prompt: 16\ncluster:\n  gpus_per_node: 8\n  num_nodes: ${nodes}\n`;
      try {
        await write("base.yaml", base(4));
        await write(
          "child.yaml",
          "defaults: base.yaml\npolicy:\n  train_global_batch_size: 256\ngrpo:\n  max_num_steps: 300\n",
        );
        const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(place, "child.yaml"));
        await vscode.window.showTextDocument(document);
        await until("the base", async () =>
          (await titles(document)).find((title) => /32× /.test(title) && /reads 1 other file/.test(title)),
        );
        await write("base.yaml", base(2));
        await until("its change", async () => (await titles(document)).find((title) => /16× /.test(title)));
      } finally {
        await vscode.workspace.fs.delete(place, { recursive: true });
      }
    });

    it("takes defaults from the settings", async () => {
      const document = await open(native("    model: meta-llama/Llama-3.1-8B\n    accelerators: 8\n    tokens: 1B\n"));
      assert.match(await lensOf(document), /assumed/);
      await withSetting("defaults.accelerator", "A100-80GB", async () => {
        await until("the default", async () => (await titles(document)).find((title) => /8× A100/.test(title)));
      });
    });

    it("falls silent when it is turned off", async () => {
      const document = await open(run);
      await lensOf(document);
      await withSetting("enable", false, () =>
        until("silence", async () => (await titles(document)).length === 0).then(() => undefined),
      );
      await lensOf(document);
    });

    it("shows the estimate as an inlay hint where that is wanted", async () => {
      const document = await open(run);
      await lensOf(document);
      await withSetting("inlayHints.enable", true, async () => {
        const hints = await until("the hint", async () => {
          const found = await vscode.commands.executeCommand<vscode.InlayHint[]>(
            "vscode.executeInlayHintProvider",
            document.uri,
            new vscode.Range(0, 0, document.lineCount, 0),
          );
          return found.length > 0 ? found : undefined;
        });
        const [label] = (hints[0]?.label ?? []) as vscode.InlayHintLabelPart[];
        assert.equal(`$(zap) ${label?.value}`, (await titles(document))[0]);
      });
    });

    it("answers language models with the lens's numbers", async function () {
      if (!vscode.lm.tools.some(({ name }) => name === "aiCostLens_estimateWorkload")) this.skip();
      const document = await open(run);
      const lens = await lensOf(document);
      const result = await vscode.lm.invokeTool("aiCostLens_estimateWorkload", {
        input: { text: run },
        toolInvocationToken: undefined,
      });
      const [part] = result.content as vscode.LanguageModelTextPart[];
      const { workloads } = JSON.parse(part?.value ?? "{}");
      assert.equal(`$(zap) ${workloads[0].summary}`, lens);
    });
  });
}
