import * as vscode from "vscode";

const extensionId = "ai-cost-lens.ai-cost-lens";
const recipe =
  "# a run\nbase_model: meta-llama/Llama-3.1-8B\nadapter: lora\ndatasets:\n  - path: tatsu-lab/alpaca\nmicro_batch_size: 2\nnum_epochs: 3\n";

const strangeConfig = {
  model_type: "llama",
  hidden_size: 8192,
  num_hidden_layers: 80,
  num_attention_heads: 64,
  num_key_value_heads: 8,
  intermediate_size: 28672,
  vocab_size: 128256,
};

function ok(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 80; attempt++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for ${what}`);
}

/** A file of the workspace, which lies in the browser's memory. */
async function open(name: string, text: string): Promise<vscode.TextDocument> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  ok(folder, "no folder is open");
  const uri = vscode.Uri.joinPath(folder, name);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  return document;
}

const lensOf = (document: vscode.TextDocument): Promise<string> =>
  until("a lens", async () => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      "vscode.executeCodeLensProvider",
      document.uri,
      50,
    );
    return lenses.map(({ command }) => command?.title).find((title) => title?.includes("≈"));
  });

export function webSuite(): void {
  describe("in the web worker", () => {
    it("has no Node near", () => {
      ok(vscode.env.uiKind === vscode.UIKind.Web, "this is not the web");
      ok(
        !("process" in globalThis) ||
          !(globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node,
        "Node is here",
      );
    });

    it("activates on the first YAML file", async () => {
      await open("empty.yaml", "a: 1\n");
      const extension = vscode.extensions.getExtension(extensionId);
      ok(extension, "the extension is not installed");
      await extension.activate();
      ok(extension.isActive, "it is not active");
    });

    it("shows what a training recipe costs", async () => {
      const document = await open("recipe.yaml", recipe);
      const title = await lensOf(document);
      ok(/\$/.test(title), title);
    });

    it("explains the value under the cursor", async () => {
      const document = await open("recipe.yaml", recipe);
      await lensOf(document);
      const position = document.positionAt(recipe.indexOf("micro_batch_size") + 2);
      const text = await until("a hover", async () => {
        const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
          "vscode.executeHoverProvider",
          document.uri,
          position,
        );
        const all = hovers.flatMap(({ contents }) =>
          contents.map((one) => (typeof one === "string" ? one : one.value)),
        );
        return all.length > 0 ? all.join("\n") : undefined;
      });
      ok(/batch/i.test(text), text);
    });

    it("reads a neighbouring file of the workspace", async () => {
      await open("aicost.yaml", "aicost: 1\ndefaults: { accelerator: A100-80GB, accelerators: 8 }\n");
      const document = await open("recipe.yaml", recipe);
      await until("the default", async () => (/8× A100/.test(await lensOf(document)) ? true : undefined));
    });

    it("estimates what is billed by tokens", async () => {
      const document = await open(
        "hosted.aicost.yaml",
        "aicost: 1\nworkloads:\n  - { kind: api, model: gpt-4o, requests: 1000, inputTokens: 1000, outputTokens: 500 }\n",
      );
      await until("the price", async () => (/\$/.test(await lensOf(document)) ? true : undefined));
    });

    it("reads an unknown model from the hub", async () => {
      const id = "acme/strange-9b";
      const document = await open(
        "strange.aicost.yaml",
        `aicost: 1\nworkloads:\n  - { kind: inference, model: ${id}, accelerator: H100-SXM, accelerators: 4, inputTokens: 1000, outputTokens: 300 }\n`,
      );
      const before = await lensOf(document);
      const asked: string[] = [];
      const original = globalThis.fetch;
      globalThis.fetch = async (input) => {
        asked.push(String(input));
        return new Response(JSON.stringify(strangeConfig), { headers: { "content-type": "application/json" } });
      };
      try {
        await vscode.commands.executeCommand("aiCostLens.resolveModel", id);
      } finally {
        globalThis.fetch = original;
      }
      ok(asked[0] === `https://huggingface.co/${id}/resolve/main/config.json`, asked.join());
      await until("another size", async () => ((await lensOf(document)) === before ? undefined : true));
    });
  });
}
