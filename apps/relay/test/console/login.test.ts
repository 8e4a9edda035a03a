import { describe, expect, test } from 'vitest'
import { csrfField } from '../../src/console/components/post-form.ts'
import type { TestRelay } from '../support/start-relay.ts'
import { startRelay } from '../support/start-relay.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { consoleClient } from './console-client.ts'

const tokens = { adminToken: 'admin-token', viewerToken: 'viewer-token' }
const hour = 3_600_000

function start(): Promise<TestRelay> {
  return startRelay(tokens)
}

describe('logging in', () => {
  test('who is not logged in is sent to the login, and then to the page asked for', async () => {
    const { url } = await start()
    const client = consoleClient(url)
    const refused = await client.get('/console/destinations?range=7d')
    expect(refused.status).toBe(303)
    expect(refused.headers.get('location')).toBe('/console/login?next=%2Fconsole%2Fdestinations%3Frange%3D7d')
    expect((await client.get('/console/login?next=%2Fconsole%2Fdestinations')).text).toContain('value="/console/destinations"')
    const answer = await client.post('/console/login', { token: 'admin-token', next: '/console/destinations' })
    expect(answer).toMatchObject({ status: 303 })
    expect(answer.headers.get('location')).toBe('/console/destinations')
    expect(await client.get('/console/destinations')).toMatchObject({ status: 200, text: expect.stringContaining('operator') })
  })

  test.each(['https://example.com/', '//example.com', '/\\example.com', '/console@example.com', '/api/v1/stats'])(
    'goes on at no other place: %s',
    async (next) => {
      const { url } = await start()
      const answer = await consoleClient(url).post('/console/login', { token: 'viewer-token', next })
      expect(answer.headers.get('location')).toBe('/console')
    },
  )

  test('the cookie is the console’s alone, for 12 hours', async () => {
    const { url } = await start()
    const { headers } = await consoleClient(url).login('viewer-token')
    expect(headers.get('set-cookie')).toMatch(
      /^relay_console=viewer\.\d+\.[\w-]+\.[\w-]+; Max-Age=43200; Path=\/console; HttpOnly; SameSite=Strict$/,
    )
  })

  test('away from the machine itself the cookie is kept to TLS', async () => {
    const { url } = await start()
    const headers = { 'x-forwarded-proto': 'https' }
    const { request } = await import('node:http')
    const { promise, resolve } = Promise.withResolvers<readonly string[] | undefined>()
    const sent = request(`${url}/console/login`, {
      method: 'POST',
      headers: {
        ...headers,
        host: 'relay.example',
        'content-type': 'application/x-www-form-urlencoded',
        origin: 'https://relay.example',
      },
    })
    sent.once('response', (answer) => {
      answer.resume()
      resolve(answer.headers['set-cookie'])
    })
    sent.end('token=admin-token')
    expect((await promise)?.[0]).toContain('; Secure;')
  })

  test('a wrong token is told so, and named nowhere', async () => {
    const { url, log } = await start()
    const answer = await consoleClient(url).login('wrong-token')
    expect(answer).toMatchObject({ status: 401, text: expect.stringContaining('This is neither the RELAY_ADMIN_TOKEN') })
    expect(answer.text).not.toContain('wrong-token')
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(JSON.stringify(log)).not.toContain('token')
  })

  test('who fails often must wait, longer each time, also with the right token', async () => {
    const clock = createVirtualClock(Date.now())
    const { url } = await startRelay(tokens, { clock })
    const client = consoleClient(url)
    const tryOnce = (token: string) => client.post('/console/login', { token })
    for (let failures = 0; failures < 5; failures += 1) expect((await tryOnce('wrong')).status).toBe(401)
    const refused = await tryOnce('admin-token')
    expect(refused).toMatchObject({ status: 429, text: expect.stringContaining('Try again in 1 s.') })
    expect(refused.headers.get('retry-after')).toBe('1')
    await clock.advance(1_000)
    expect((await tryOnce('wrong')).status).toBe(401)
    expect((await tryOnce('admin-token')).headers.get('retry-after')).toBe('2')
    await clock.advance(2_000)
    expect((await tryOnce('admin-token')).status).toBe(303)
  })

  test('a link from elsewhere to a page finds the session: the page asks again, and the cookie comes with it', async () => {
    const { url } = await start()
    const answer = await consoleClient(url).get('/console', { 'sec-fetch-site': 'cross-site' })
    expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('http-equiv="refresh"') })
    expect((await consoleClient(url).get('/console', { 'sec-fetch-site': 'same-origin' })).status).toBe(303)
  })
})

describe('a session', () => {
  test('ends after 12 hours', async () => {
    const clock = createVirtualClock(Date.now())
    const { url } = await startRelay(tokens, { clock })
    const client = consoleClient(url)
    await client.login('admin-token')
    clock.jump(12 * hour - 1)
    expect((await client.get('/console')).status).toBe(200)
    clock.jump(1)
    expect((await client.get('/console')).status).toBe(303)
  })

  test('is taken by every process with the same tokens, and by none whose token was changed', async () => {
    const { url } = await start()
    const login = await consoleClient(url).post('/console/login', { token: 'admin-token' })
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
    const status = async (relay: TestRelay): Promise<number> => (await relay.get('/console/destinations', { cookie })).status
    expect(await status(await start())).toBe(200)
    expect(
      (await consoleClient((await startRelay({ ...tokens, adminToken: 'another' })).url).get('/console', { cookie })).status,
    ).toBe(303)
  })

  test.each([
    ['a longer time', (text: string) => text.replace(/\.\d+\./, '.99999999999999.')],
    ['another role', (text: string) => text.replace('viewer', 'operator')],
    ['no signature', (text: string) => text.replace(/\.[\w-]+$/, '.')],
  ])('is not taken with %s', async (_what, alter) => {
    const relay = await start()
    const login = await consoleClient(relay.url).post('/console/login', { token: 'viewer-token' })
    const [, text = ''] = /^relay_console=([^;]+)/.exec(login.headers.get('set-cookie') ?? '') ?? []
    const status = async (given: string): Promise<boolean> =>
      (await relay.get('/console/destinations', { cookie: `relay_console=${given}` })).text.includes('<h1>Log in</h1>')
    expect(await status(text)).toBe(false)
    expect(await status(alter(text))).toBe(true)
  })

  test('ends by logging out', async () => {
    const { url } = await start()
    const client = consoleClient(url)
    await client.login('viewer-token')
    const answer = await client.post('/console/logout')
    expect(answer.headers.get('set-cookie')).toContain('relay_console=; Max-Age=0')
    expect((await client.get('/console')).status).toBe(303)
  })

  test('does not open the admin API', async () => {
    const relay = await start()
    const login = await consoleClient(relay.url).post('/console/login', { token: 'admin-token' })
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect((await relay.get('/api/v1/stats', { cookie })).status).toBe(401)
  })
})

describe('without a token', () => {
  test('the machine itself needs no login', async () => {
    const { url } = await startRelay()
    const answer = await consoleClient(url).get('/console/destinations')
    expect(answer).toMatchObject({ status: 200, text: expect.not.stringContaining('Log out') })
    expect((await consoleClient(url).get('/console/login')).headers.get('location')).toBe('/console')
  })

  test('others are refused in a sentence', async () => {
    const { url } = await startRelay()
    const answer = await consoleClient(url).get('/console', { 'x-forwarded-for': '192.0.2.1' })
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('RELAY_ADMIN_TOKEN is set') })
  })
})

describe('forms', () => {
  const logout = '/console/logout'

  test.each<readonly [string, Readonly<Record<string, string>>]>([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another host of the same site', { 'sec-fetch-site': 'same-site' }],
  ])('of %s are refused', async (_what, headers) => {
    const { url } = await start()
    const client = consoleClient(url)
    expect((await client.post('/console/login', { token: 'admin-token' }, headers)).status).toBe(403)
    await client.login('admin-token')
    expect((await client.post(logout, {}, headers)).status).toBe(403)
    expect((await client.get('/console/destinations')).status).toBe(200)
  })

  test('without the page’s own token they are refused, as are those of another session', async () => {
    const { url } = await start()
    const [client, other] = [consoleClient(url), consoleClient(url)]
    await client.login('admin-token')
    await other.login('admin-token')
    const { text } = await other.get('/console/destinations')
    const foreign = new RegExp(`name="${csrfField}" value="([^"]+)"`).exec(text)?.[1] ?? ''
    for (const token of ['', 'x', foreign]) {
      const answer = await client.post(logout, { [csrfField]: token })
      expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('from an earlier session') })
    }
    expect((await client.post(logout)).status).toBe(303)
  })

  test('a browser that hides where a form is from is told how to open the console', async () => {
    const relay = await start()
    const response = await fetch(`${relay.url}/console/login`, {
      method: 'POST',
      headers: { origin: 'null' },
      body: new URLSearchParams({ token: 'admin-token' }),
    })
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('Open the console over https')
  })

  test('only forms are read, and no large ones', async () => {
    const relay = await start()
    const post = (headers: Record<string, string>, body: string) =>
      fetch(`${relay.url}/console/login`, { method: 'POST', headers, body })
    expect((await post({ 'content-type': 'application/json' }, '{}')).status).toBe(415)
    expect((await post({ 'content-type': 'application/x-www-form-urlencoded' }, `token=${'x'.repeat(5_000)}`)).status).toBe(413)
  })
})

describe('every answer', () => {
  test.each(['/console/login', '/console', '/console/nothing', '/console/assets/x/console.css'])(
    'of %s keeps browsers from loading or sending anything elsewhere',
    async (path) => {
      const { url } = await start()
      const { headers } = await consoleClient(url).get(path)
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      )
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
    },
  )

  test('is kept nowhere, but for the files that pages load', async () => {
    const { url } = await start()
    const page = await consoleClient(url).get('/console/login')
    expect(page.headers.get('cache-control')).toBe('no-store')
    const [, stylesheet = ''] = /rel="stylesheet" href="([^"]+)"/.exec(page.text) ?? []
    const asset = await consoleClient(url).get(stylesheet)
    expect(asset).toMatchObject({ status: 200 })
    expect(asset.headers.get('cache-control')).toContain('immutable')
    expect(asset.headers.get('content-type')).toBe('text/css; charset=utf-8')
    const old = await consoleClient(url).get(stylesheet.replace(/assets\/\w+/, 'assets/old'))
    expect(old.headers.get('cache-control')).toBe('no-cache')
    for (const path of ['/console/assets/x/..%2Fpackage.json', '/console/assets/x/nothing.css']) {
      expect((await consoleClient(url).get(path)).status).toBe(404)
    }
  })

  test('to an unknown page says so', async () => {
    const { url } = await startRelay()
    expect(await consoleClient(url).get('/console/nothing')).toMatchObject({
      status: 404,
      text: expect.stringContaining('The console has no such page.'),
    })
    expect((await consoleClient(url).get('/console/')).headers.get('location')).toBe('/console')
  })
})
