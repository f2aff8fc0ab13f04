// Answers each line of standard input, a JSON string that holds the text of a
// connect.yaml, with a line that holds the official parser's verdict:
// {"valid": true, "spec": {...}}, {"valid": false, "error": "..."}, or {"error": "..."} when
// the parser found none within the time limit. The argument is the node_modules
// folder that holds @commercetools-connect/specification.
import { createInterface } from "node:readline";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";

const folder = resolve(process.argv[2], "@commercetools-connect/specification/dist/index.js");
const { ConnectorSpecificationParser } = await import(pathToFileURL(folder).href);
process.emitWarning = () => {}; // the YAML reader warns about tags that it ignores

// Some of the official patterns backtrack for ever, so that a parse needs a limit.
globalThis.parse = (text) => new ConnectorSpecificationParser().parse(text);
const script = new vm.Script("parse(text)");

async function verdict(text) {
  globalThis.text = text;
  try {
    const spec = await script.runInThisContext({ timeout: 2000 });
    return { valid: true, spec };
  } catch (error) {
    if (error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return { error: error.message };
    return { valid: false, error: String(error.message) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await verdict(JSON.parse(line))) + "\n");
}
