// Reads a JSON list of texts from standard input; prints a JSON list: "" for each that Mermaid parses, else its message.
import { JSDOM } from 'jsdom'

const { window } = new JSDOM('')
globalThis.window = window // Mermaid cleans labels with a library that asks for a browser's document
globalThis.document = window.document
const { default: mermaid } = await import('mermaid')
mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' })

let given = ''
for await (const chunk of process.stdin) given += chunk
const said = []
for (const text of JSON.parse(given)) {
  try {
    await mermaid.parse(text)
    said.push('')
  } catch (error) {
    said.push(String(error?.message ?? error) || 'refused')
  }
}
console.log(JSON.stringify(said))
