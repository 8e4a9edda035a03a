import { csrfField } from '../../src/console/components/post-form.ts'

/** An answer of the console, read whole. */
export interface ConsoleAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** A browser without scripts: keeps the session's cookie, sends forms as the pages made them, follows nothing by itself. */
export interface ConsoleClient {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<ConsoleAnswer>
  /** Sends a form of the page last got. A field may be given several times. */
  post(path: string, fields?: Fields, headers?: Readonly<Record<string, string>>): Promise<ConsoleAnswer>
  login(token: string): Promise<ConsoleAnswer>
}

/** The fields of a form. */
export type Fields = Readonly<Record<string, string | readonly string[]>>

/** A client that is not logged in. */
export function consoleClient(url: string): ConsoleClient {
  let cookie = ''
  let csrfToken = ''

  async function request(path: string, init: RequestInit, headers: Readonly<Record<string, string>>): Promise<ConsoleAnswer> {
    const response = await fetch(`${url}${path}`, { redirect: 'manual', ...init, headers: { ...headers, cookie } })
    const [, set] = /^(relay_console=[^;]*)/.exec(response.headers.get('set-cookie') ?? '') ?? []
    cookie = set ?? cookie
    const text = await response.text()
    csrfToken = new RegExp(`name="${csrfField}" value="([^"]+)"`).exec(text)?.[1] ?? csrfToken
    return { status: response.status, headers: response.headers, text }
  }

  function post(path: string, fields: Fields = {}, headers: Readonly<Record<string, string>> = {}): Promise<ConsoleAnswer> {
    const body = new URLSearchParams({ [csrfField]: csrfToken })
    for (const [name, value] of Object.entries(fields)) {
      body.delete(name)
      for (const one of [value].flat()) body.append(name, one)
    }
    return request(path, { method: 'POST', body }, { 'sec-fetch-site': 'same-origin', ...headers })
  }

  return {
    get: (path, headers = {}) => request(path, {}, headers),
    post,
    async login(token) {
      const answer = await post('/console/login', { token })
      await request('/console/destinations', {}, {})
      return answer
    },
  }
}
