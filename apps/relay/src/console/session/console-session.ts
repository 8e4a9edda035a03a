import type { Role } from '../../http/authenticate.ts'

/** Who looks at a page. */
export interface ConsoleSession {
  readonly role: Role
  /** Goes into every form: proves that a page of this console made it, for this session. */
  readonly csrfToken: string
  /** Whether the person logged in, and so can log out; without tokens nobody needs to. */
  readonly isLoggedIn: boolean
}
