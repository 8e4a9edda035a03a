import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { OptionsError } from '../errors/options-error.ts'
import { createAgents, knowsProxies } from './create-agents.ts'

/** What a proxy is asked to connect to; it refuses. */
async function throughProxy(env: (proxy: string) => NodeJS.ProcessEnv, host: string): Promise<readonly string[]> {
  const asked: string[] = []
  const proxy = http.createServer().on('connect', (request, socket) => {
    asked.push(request.url ?? '')
    socket.end('HTTP/1.1 502 No\r\n\r\n')
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  const agents = createAgents(2, env(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`))
  await once(https.get({ host, path: '/', agent: agents.https }), 'error')
  agents.https.destroy()
  proxy.close()
  return asked
}

it.each([
  ['HTTPS_PROXY', (proxy: string) => ({ HTTPS_PROXY: proxy }), ['rest.invalid:443']],
  ['HTTPS_PROXY without a scheme', (proxy: string) => ({ HTTPS_PROXY: proxy.slice('http://'.length) }), ['rest.invalid:443']],
  ['https_proxy beside an empty HTTPS_PROXY', (proxy: string) => ({ HTTPS_PROXY: '', https_proxy: proxy }), ['rest.invalid:443']],
  ['https_proxy', (proxy: string) => ({ https_proxy: proxy }), ['rest.invalid:443']],
  ['an empty variable', () => ({ HTTPS_PROXY: '' }), []],
  ['NO_PROXY', (proxy: string) => ({ HTTPS_PROXY: proxy, NO_PROXY: '.invalid' }), []],
])('honours %s', async (_, env, asked) => {
  expect(await throughProxy(env, 'rest.invalid')).toStrictEqual(asked)
})

it.each(['http://user:pa55word@bad host:1', 'http://user:pa55word%zz@proxy.example', 'socks5://user:pa55word@proxy.example'])(
  'refuses %s without showing the password',
  (proxy) => {
    const attempt = () => createAgents(2, { HTTPS_PROXY: proxy })
    expect(attempt).toThrow(OptionsError)
    expect(attempt).toThrow(/^HTTPS_PROXY must be/)
    expect(attempt).not.toThrow(/pa55word/)
  },
)

it('knows which versions of Node can use a proxy', () => {
  expect(['22.18.0', '22.20.1', '23.11.0', '24.4.1'].map(knowsProxies)).toStrictEqual([false, false, false, false])
  expect(['22.21.0', '24.5.0', '24.21.0', '26.1.0'].map(knowsProxies)).toStrictEqual([true, true, true, true])
})
