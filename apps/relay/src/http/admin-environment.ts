import type { Role } from './authenticate.ts'
import type { HttpEnvironment } from './webhooks-route.ts'

/** What is known of each request to the admin API. */
export interface AdminEnvironment extends HttpEnvironment {
  Variables: { role: Role }
}
