import type { SubtotalCallOptions } from './call-options.ts'
import type { ApiClock } from './subtotal-api-options.ts'
import { untilAborted } from './wait.ts'

/** The tokens of connections, made when they are needed and remembered while they last. */
export interface ConnectionTokens {
  get(connectionId: string, options: SubtotalCallOptions): Promise<{ readonly token: string; readonly isNew: boolean }>
  /** The token was refused. */
  forget(connectionId: string): void
}

interface Remembered {
  readonly token: string
  readonly validUntil: number
}

/** Subtotal calls them short-lived and does not say how long they live; a JWT says it itself. */
const assumedLifeMs = 5 * 60_000
/** So much before its end a token is not used any more, as the request takes time and clocks differ. */
const marginMs = 30_000
const maxRemembered = 1_000

/** Tokens by `make`. At most 1,000 are remembered. */
export function createConnectionTokens(
  make: (connectionId: string, options: SubtotalCallOptions) => Promise<string>,
  clock: ApiClock,
): ConnectionTokens {
  const remembered = new Map<string, Remembered>()
  const making = new Map<string, Promise<string>>()

  function known(connectionId: string): string | undefined {
    const found = remembered.get(connectionId)
    return found !== undefined && clock.elapsed() < found.validUntil ? found.token : undefined
  }

  function remember(connectionId: string, token: string): void {
    remembered.delete(connectionId)
    const [oldest] = remembered.keys()
    if (remembered.size >= maxRemembered && oldest !== undefined) remembered.delete(oldest)
    remembered.set(connectionId, { token, validUntil: clock.elapsed() + lifeMs(token, clock.now()) })
  }

  return {
    async get(connectionId, options) {
      const { signal } = options
      // Whoever comes while one is made waits for that; should it fail, the next one tries for itself.
      for (let other = making.get(connectionId); other !== undefined; other = making.get(connectionId)) {
        await (signal === undefined ? other : untilAborted(other, signal)).catch(() => undefined)
        if (signal?.aborted === true) break
      }
      const token = known(connectionId)
      if (token !== undefined) return { token, isNew: false }
      const made = make(connectionId, options)
      making.set(connectionId, made)
      try {
        remember(connectionId, await made)
        return { token: await made, isNew: true }
      } finally {
        if (making.get(connectionId) === made) making.delete(connectionId)
      }
    },
    forget(connectionId) {
      remembered.delete(connectionId)
    },
  }
}

function lifeMs(token: string, now: number): number {
  const expiresAt = expiryOf(token)
  return expiresAt === undefined ? assumedLifeMs : Math.min(Math.max(expiresAt - now - marginMs, 0), 60 * 60_000)
}

/** The `exp` of a JWT, in milliseconds since 1970. */
function expiryOf(token: string): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    const hasExpiry = typeof claims === 'object' && claims !== null && 'exp' in claims && typeof claims.exp === 'number'
    return hasExpiry ? Number(claims.exp) * 1_000 : undefined
  } catch {
    return undefined
  }
}
