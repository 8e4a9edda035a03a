import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import type { Clock } from '../../clock/clock.ts'
import type { Role, Tokens } from '../../http/authenticate.ts'
import { isSameSecret } from '../../http/is-same-secret.ts'
import type { ConsoleSession } from './console-session.ts'

/** How long a session lasts from the login on, in milliseconds: 12 hours. */
export const sessionMs: number = 12 * 60 * 60 * 1_000

/** Makes and reads sessions. Nothing is kept: a session is a signed text that the browser holds, and any process with the tokens reads it. */
export interface SessionBook {
  /** A new session's text; `undefined`: no token of this role is set. */
  issue(role: Role): string | undefined
  /** `undefined`: altered, over, or signed before the role's token was changed. */
  read(text: string): ConsoleSession | undefined
}

const purpose = 'subtotal-relay console session, '

/** Each role's sessions are signed with a key made of that role's token alone, so that what a viewer holds tells nothing of the operators' token. */
export function createSessionBook({ adminToken, viewerToken }: Tokens, clock: Pick<Clock, 'now'>): SessionBook {
  const keys: Readonly<Record<Role, Buffer | undefined>> = {
    operator: toKey('operator', adminToken),
    viewer: toKey('viewer', viewerToken),
  }

  return {
    issue(role) {
      const key = keys[role]
      if (key === undefined) return undefined
      const claims = `${role}.${clock.now() + sessionMs}.${randomBytes(16).toString('base64url')}`
      return `${claims}.${sign(key, claims)}`
    },
    read(text) {
      const [, claims = '', name, end, signature = ''] =
        /^((operator|viewer)\.(\d{1,16})\.[\w-]{22})\.([\w-]{43})$/.exec(text) ?? []
      const role: Role = name === 'operator' ? 'operator' : 'viewer'
      const key = keys[role]
      if (key === undefined || !isSameSecret(signature, sign(key, claims)) || Number(end) <= clock.now()) return undefined
      return { role, csrfToken: sign(key, `form of ${claims}`), isLoggedIn: true }
    },
  }
}

function toKey(role: Role, token: string | undefined): Buffer | undefined {
  return token === undefined ? undefined : Buffer.from(hkdfSync('sha256', token, '', `${purpose}${role}`, 32))
}

function sign(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}
