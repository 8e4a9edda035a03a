#!/usr/bin/env node
import process from 'node:process'

const oldestNode = [22, 18] as const
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

// Everything else is imported only after this check: on an older Node.js the imports themselves would fail, in less plain words.
if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
  process.stderr.write(
    `error: subtotal-relay needs Node.js ${oldestNode.join('.')} or newer; this is ${process.versions.node}.\n`,
  )
  process.exitCode = 1
} else {
  const { processContext } = await import('./cli/process-context.ts')
  const { runCli } = await import('./cli/run-cli.ts')
  const { limitHeap } = await import('./memory/limit-heap.ts')
  limitHeap()
  process.exitCode = await runCli(process.argv.slice(2), processContext())
  // A socket or timer that is still open must not keep a finished command alive.
  setTimeout(() => process.exit(), 2000).unref()
}
