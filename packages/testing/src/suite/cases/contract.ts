import assert from 'node:assert/strict'
import type { ConnectorCase } from '../connector-case.ts'

/** The members that are data. */
export const contract: ConnectorCase = {
  name: 'says what it is and what the destination takes',
  why: 'The relay cuts its work by these limits and keeps these rates; a limit that is missing or nonsense stops it or hurts the destination.',
  async run({ connect }) {
    const { specificationVersion, name, limits } = connect()
    assert.equal(specificationVersion, 'v1', 'specificationVersion')
    assert.match(name, /^[a-z][a-z0-9-]*$/, 'name: lower-case letters, digits and hyphens')
    assert.ok(limits.maxMessagesPerRequest >= 1, 'limits.maxMessagesPerRequest: at least 1')
    assert.ok(limits.maxBytesPerRequest >= 1, 'limits.maxBytesPerRequest: at least 1')
    assert.ok((limits.maxBytesPerMessage ?? 1) >= 1, 'limits.maxBytesPerMessage: at least 1, or absent')
    assert.ok(['yes', 'unconfirmed', 'no'].includes(limits.deduplicates), 'limits.deduplicates')
    for (const { requests, perMs } of limits.requestRates) assert.ok(requests >= 1 && perMs >= 1, 'limits.requestRates')
  },
}
