// Calls a server over stdio with the TypeScript SDK's client, which validates structuredContent against the output
// schema also when isError is set, and prints what it made of each call. Usage: node - COMMAND_JSON CALLS_JSON
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const [command, ...args] = JSON.parse(process.argv[2]);
const client = new Client({ name: "judge", version: "1" });
await client.connect(new StdioClientTransport({ command, args, stderr: "ignore", env: process.env }));
await client.listTools(); // makes the client keep the output schemas
const seen = [];
for (const params of JSON.parse(process.argv[3])) {
  try {
    const { isError, structuredContent } = await client.callTool(params);
    seen.push({ isError: Boolean(isError), structuredContent });
  } catch (error) {
    seen.push({ thrown: String(error) });
  }
}
await client.close();
console.log(JSON.stringify(seen));
