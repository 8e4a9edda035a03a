import type { Properties } from '@subtotal-connectors/core'
import { ConnectorError, fitsJsonBytes, jsonBytes } from '@subtotal-connectors/core'
import { maxBytesOfProperties } from './braze-limits.ts'
import type { Fitted } from './fit-values.ts'

/** The lists that may lose entries, the one that loses them first in front. */
const trimmedLists = ['upcs', 'brands'] as const

/**
 * Makes an event's properties fit into Braze's 102,400 bytes: `upcs` lose entries from the end, then `brands`, with a warning
 * that says how many.
 *
 * @throws ConnectorError `ERR_TOO_LARGE` when that is not enough.
 */
export function fitBytes(properties: Properties): Fitted {
  if (fitsJsonBytes(properties, maxBytesOfProperties)) return { properties, warnings: [] }

  let bytes = jsonBytes(properties)
  const fitted: Properties = { ...properties }
  const warnings: string[] = []
  for (const name of trimmedLists) {
    const list = fitted[name]
    if (bytes <= maxBytesOfProperties || !Array.isArray(list)) continue
    let kept = list.length
    while (bytes > maxBytesOfProperties && kept > 0) {
      kept -= 1
      const comma = kept > 0 ? 1 : 0
      bytes -= jsonBytes(list[kept]) + comma
    }
    fitted[name] = list.slice(0, kept)
    warnings.push(
      `${name}: ${list.length - kept} of ${list.length} left out, because Braze takes ${maxBytesOfProperties} bytes of properties`,
    )
  }
  if (bytes > maxBytesOfProperties) {
    throw new ConnectorError('ERR_TOO_LARGE', `The properties have ${bytes} bytes; Braze takes ${maxBytesOfProperties} an event.`)
  }
  return { properties: fitted, warnings }
}
