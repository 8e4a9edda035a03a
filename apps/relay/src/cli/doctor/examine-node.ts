import type { Finding } from './finding.ts'
import { ok, warn } from './finding.ts'

/** The version of Node.js. What is too old never comes this far: the program refuses it when it starts. */
export function examineNode(version: string): Finding {
  const major = Number(version.split('.')[0])
  if (major % 2 === 0) return ok('node', `Node.js ${version}.`)
  return warn('node', `Node.js ${version} gets no long-term support.`, 'Use an even version: 22.18 or newer, or 24.')
}
