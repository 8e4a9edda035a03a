import type { ClientBase } from 'pg'
import pg from 'pg'

/**
 * Ends a connection without a word to the server, which may be out of reach: what waits for an answer on it fails. The server finishes the
 * statement that it is at.
 */
export function cutConnection(client: ClientBase): void {
  if (client instanceof pg.Client) client.connection.stream.destroy()
}
