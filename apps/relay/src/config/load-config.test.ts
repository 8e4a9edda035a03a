import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { keyLine, testKeys } from '../../test/support/encryption-keys.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { ConfigurationError } from './configuration-error.ts'
import { environmentVariables } from './environment.ts'
import { loadConfig, loadDestinations } from './load-config.ts'
import { parseLinkUrl } from './parse-settings.ts'

const secret = 'whsec_c2VjcmV0LXNlY3JldA=='
const key = 'never-shown-key-9000'
const klaviyo = { SUBTOTAL_SIGNING_SECRET: secret, KLAVIYO_API_KEY: key }

function load(env: NodeJS.ProcessEnv, files: Readonly<Record<string, string>> = {}, configPath?: string) {
  const cwd = temporaryFolder()
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content)
  return loadConfig({ env: { ...env }, cwd, ...(configPath === undefined ? {} : { configPath }) })
}

async function refusal(env: NodeJS.ProcessEnv, files?: Readonly<Record<string, string>>): Promise<string> {
  const error = await load(env, files).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ConfigurationError)
  return error instanceof ConfigurationError ? error.message : ''
}

test('defaults are filled in, and the store is below the working folder', async () => {
  const { destinations, store, ...config } = await load(klaviyo)
  expect(config).toEqual({
    host: '127.0.0.1',
    port: 8080,
    logLevel: 'info',
    storeConnections: 10,
    bodyLimitBytes: 1_048_576,
    signatureToleranceMs: 86_400_000,
    signingSecrets: [secret],
  })
  expect(store).toMatch(/^sqlite:\/.*\/data\/relay\.db$/)
  expect(Object.keys(destinations)).toEqual(['klaviyo'])
})

test('every setting is read', async () => {
  const config = await load({
    ...klaviyo,
    HOST: '0.0.0.0',
    PORT: '0',
    LOG_LEVEL: 'DEBUG',
    RELAY_STORE: 'sqlite:/srv/relay/x.db',
    RELAY_ADMIN_TOKEN: 'admin',
    RELAY_VIEWER_TOKEN: 'viewer',
    RELAY_BODY_LIMIT: '2048',
    SUBTOTAL_SIGNATURE_TOLERANCE: '300',
    SUBTOTAL_SIGNING_SECRET: 'one, two',
  })
  expect(config).toMatchObject({
    host: '0.0.0.0',
    port: 0,
    logLevel: 'debug',
    store: 'sqlite:/srv/relay/x.db',
    adminToken: 'admin',
    viewerToken: 'viewer',
    bodyLimitBytes: 2048,
    signatureToleranceMs: 300_000,
    signingSecrets: ['one', 'two'],
  })
})

test('a PostgreSQL store is one, with where relays hear of each other', async () => {
  const listen = 'postgres://u:p@direct.example:5432/relay'
  const store = 'postgresql://u:p%40,x@db.example/relay?sslmode=verify-full'
  const settings = { RELAY_STORE: store, RELAY_STORE_CONNECTIONS: '20', RELAY_STORE_LISTEN: listen }
  expect(await load({ ...klaviyo, ...settings })).toMatchObject({ store, storeConnections: 20, storeListen: listen })
  expect(await load({ ...klaviyo, ...settings, RELAY_STORE_LISTEN: 'OFF' })).toMatchObject({ storeListen: 'off' })
})

test('a destination is on when its key is set', async () => {
  const { destinations } = await load({
    ...klaviyo,
    BRAZE_API_KEY: key,
    BRAZE_INSTANCE: 'us-01',
    CUSTOMERIO_API_KEY: key,
    CUSTOMERIO_REGION: 'EU',
    CUSTOMERIO_IDENTIFY_BY: 'customerId,email',
    RELAY_CURRENCY: 'USD',
    SUBTOTAL_LINK_URL: 'walmart=https://link.brand.example/?r=walmart,target=https://link.brand.example/?a=1,2',
  })
  expect(Object.keys(destinations)).toEqual(['braze', 'klaviyo', 'customerio'])
})

test('empty counts as not set', async () => {
  expect(await load({ ...klaviyo, PORT: '', BRAZE_API_KEY: ' ', BRAZE_INSTANCE: '', RELAY_ADMIN_TOKEN: '' })).toMatchObject({
    port: 8080,
  })
})

describe('.env', () => {
  test('it is read, and the environment wins over it', async () => {
    const config = await load(
      { PORT: '9001' },
      { '.env': `KLAVIYO_API_KEY=${key}\nSUBTOTAL_SIGNING_SECRET="${secret}"\nPORT=9000\nHOST=::1\n` },
    )
    expect(config).toMatchObject({ port: 9001, host: '::1', signingSecrets: [secret] })
  })
})

test('a variable that the environment has empty is read from .env', async () => {
  const files = { '.env': `SUBTOTAL_SIGNING_SECRET=${secret}\nPORT=9000\nLOG_LEVEL=warn\n` }
  const config = await load({ KLAVIYO_API_KEY: key, SUBTOTAL_SIGNING_SECRET: '', PORT: ' ', LOG_LEVEL: 'error' }, files)
  expect(config).toMatchObject({ signingSecrets: [secret], port: 9_000, logLevel: 'error' })
})

test('a retailer of any name may have a link URL', () => {
  const urls = parseLinkUrl('__proto__=https://link.example/p,target=https://link.example/t')
  expect(Object.keys(urls)).toEqual(['__proto__', 'target'])
})

describe('secrets in files', () => {
  test('the file is read without its last line end', async () => {
    const config = await load(
      { KLAVIYO_API_KEY_FILE: 'key', SUBTOTAL_SIGNING_SECRET_FILE: 'secret' },
      { key: `${key}\n`, secret: `${secret}\r\n` },
    )
    expect(config.signingSecrets).toEqual([secret])
  })

  test.each(environmentVariables.filter((variable) => variable.secret).map(({ name }) => name))(
    '%s may be set once',
    async (name) => {
      const message = await refusal({ ...klaviyo, [name]: key, [`${name}_FILE`]: 'key' }, { key })
      expect(message).toBe(`${name} and ${name}_FILE are both set. Remove one of them.`)
    },
  )

  test('a file that is not there is named', async () => {
    expect(await refusal({ ...klaviyo, RELAY_ADMIN_TOKEN_FILE: 'nowhere' })).toMatch(
      /RELAY_ADMIN_TOKEN_FILE names .*nowhere.*ENOENT/,
    )
  })

  test('an empty file is named', async () => {
    expect(await refusal({ ...klaviyo, RELAY_ADMIN_TOKEN_FILE: 'empty' }, { empty: '\n' })).toContain(
      'RELAY_ADMIN_TOKEN_FILE names is empty',
    )
  })
})

describe('refusals name the variable and the fix', () => {
  test.each([
    [{ KLAVIYO_API_KEY: key }, /^SUBTOTAL_SIGNING_SECRET is not set\. Set it/],
    [{ ...klaviyo, SUBTOTAL_SIGNING_SECRET: ' , ' }, /^SUBTOTAL_SIGNING_SECRET is not set/],
    [{ SUBTOTAL_SIGNING_SECRET: secret }, /^No destination is configured\. Set BRAZE_API_KEY/],
    [{ ...klaviyo, BRAZE_API_KEY: key }, /^BRAZE_API_KEY is set and BRAZE_INSTANCE is not\. Set it/],
    [{ ...klaviyo, BRAZE_API_KEY: key, BRAZE_INSTANCE: 'XX-99' }, /BRAZE_INSTANCE/],
    [{ ...klaviyo, BRAZE_INSTANCE: 'US-01' }, /^BRAZE_INSTANCE is set and BRAZE_API_KEY is not/],
    [{ ...klaviyo, CUSTOMERIO_BASE_URL: 'https://x.example' }, /^CUSTOMERIO_BASE_URL is set and CUSTOMERIO_API_KEY is not/],
    [{ ...klaviyo, KLAVIYO_BASE_URL: 'http://mail.example' }, /baseUrl.*KLAVIYO_BASE_URL/],
    [{ ...klaviyo, KLAVIYO_BASE_URL: 'https://mail.example/api' }, /baseUrl.*KLAVIYO_BASE_URL/],
    [{ ...klaviyo, KLAVIYO_IDENTIFY_BY: 'phone' }, /^KLAVIYO_IDENTIFY_BY must be email or customerId or mobile/],
    [
      { ...klaviyo, CUSTOMERIO_API_KEY: key, CUSTOMERIO_IDENTIFY_BY: 'mobile' },
      /^CUSTOMERIO_IDENTIFY_BY must be email or customerId/,
    ],
    [{ ...klaviyo, CUSTOMERIO_API_KEY: key, CUSTOMERIO_REGION: 'mars' }, /^CUSTOMERIO_REGION must be us or eu/],
    [{ ...klaviyo, RELAY_CURRENCY: 'dollars' }, /currency.*RELAY_CURRENCY/],
    [{ ...klaviyo, SUBTOTAL_LINK_URL: 'walmart' }, /^SUBTOTAL_LINK_URL must be one URL/],
    [{ ...klaviyo, PORT: '80a' }, /^PORT must be a whole number from 0 to 65535/],
    [{ ...klaviyo, PORT: '65536' }, /^PORT must be/],
    [{ ...klaviyo, LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be one of trace/],
    [{ ...klaviyo, RELAY_BODY_LIMIT: '0' }, /^RELAY_BODY_LIMIT must be/],
    [{ ...klaviyo, SUBTOTAL_SIGNATURE_TOLERANCE: '-1' }, /^SUBTOTAL_SIGNATURE_TOLERANCE must be/],
    [{ ...klaviyo, RELAY_STORE: 'postgres://u:p4ss/w0rd@db.example' }, /^RELAY_STORE must be postgres:.* written as %40 and %2F/],
    [
      { ...klaviyo, RELAY_STORE: 'postgres://u:p4,ss/w0rd@db.example' },
      /^RELAY_STORE must be postgres:.* written as %40 and %2F/,
    ],
    [
      { ...klaviyo, RELAY_STORE: 'postgres://u:p4ss,w0rd@a:5432,b:5433/relay' },
      /^RELAY_STORE names several hosts\. Give it one name/,
    ],
    [{ ...klaviyo, RELAY_STORE_LISTEN: 'postgres://a,b/relay' }, /^RELAY_STORE_LISTEN names several hosts\./],
    [{ ...klaviyo, RELAY_STORE_LISTEN: 'mysql://u:p4ssw0rd@db.example/relay' }, /^RELAY_STORE_LISTEN must be postgres:/],
    [{ ...klaviyo, RELAY_STORE_CONNECTIONS: '2' }, /^RELAY_STORE_CONNECTIONS must be a whole number from 3 to 1000/],
    [{ ...klaviyo, RELAY_STORE: 'relay.db' }, /^RELAY_STORE must be sqlite:/],
    [{ ...klaviyo, RELAY_STORE: 'sqlite::memory:' }, /^RELAY_STORE must be sqlite:/],
    [{ ...klaviyo, RELAY_STORE: 'sqlite://relay.db' }, /^RELAY_STORE must be sqlite:/],
    [{ ...klaviyo, RELAY_ENRICH: 'contacts' }, /^RELAY_ENRICH is set and SUBTOTAL_API_KEY is not\./],
    [{ ...klaviyo, SUBTOTAL_API_KEY: key, RELAY_ENRICH: 'contacts,off' }, /^RELAY_ENRICH must be purchases, contacts, both/],
    [{ ...klaviyo, SUBTOTAL_BASE_URL: 'https://api.example.com' }, /^SUBTOTAL_BASE_URL is set and SUBTOTAL_API_KEY is not\./],
    [{ ...klaviyo, SUBTOTAL_API_KEY: key, SUBTOTAL_BASE_URL: 'http://example.com' }, /^SUBTOTAL_BASE_URL cannot be used: /],
    [{ ...klaviyo, SUBTOTAL_API_KEY: `${key}\u0001` }, /^SUBTOTAL_API_KEY cannot be used: /],
    [{ ...klaviyo, RELAY_ADMIN_TOKEN: 'two words' }, /^RELAY_ADMIN_TOKEN must be printable ASCII without spaces/],
    [{ ...klaviyo, RELAY_VIEWER_TOKEN: 'wôrd' }, /^RELAY_VIEWER_TOKEN must be printable ASCII/],
    [{ ...klaviyo, RELAY_ADMIN_TOKEN: key, RELAY_VIEWER_TOKEN: key }, /^RELAY_ADMIN_TOKEN and RELAY_VIEWER_TOKEN are the same/],
  ])('%j', async (env, expected) => {
    const message = await refusal(env)
    expect(message).toMatch(expected)
    for (const hidden of [key, secret, 'p4ss', 'w0rd']) expect(message).not.toContain(hidden)
  })
})

describe('relay.config.ts', () => {
  const connector = (name: string): string =>
    `{ specificationVersion: 'v1', name: '${name}', limits: { maxMessagesPerRequest: 10 }, plan() {}, async deliver() { return [] }, async check() {}, async close() {} }`
  const withLane = (settings: string): string => `{ destinations: { a: ${connector('x')} }, lanes: { a: ${settings} } }`
  const file = (destinations: string): string => `export default { destinations: { ${destinations} } satisfies object }\n`

  test('its destinations replace those of the environment, and two may be of one kind', async () => {
    const files = { 'relay.config.ts': file(`first: ${connector('braze')}, second: ${connector('braze')}`) }
    const { destinations } = await load({ ...klaviyo, BRAZE_API_KEY: key }, files)
    expect(Object.keys(destinations)).toEqual(['first', 'second'])
  })

  test('lanes may be set', async () => {
    const lane = {
      concurrency: 2,
      requestsPerSecond: 0.5,
      retry: { firstDelayMs: 1_000, maxAgeMs: 86_400_000, schedule: [60_000] },
    }
    const { lanes } = await load(klaviyo, { 'relay.config.ts': `export default ${withLane(JSON.stringify(lane))}` })
    expect(lanes).toEqual({ a: lane })
  })

  test("Subtotal's API may be set, and wins over the environment's", async () => {
    const api = '{ connections: {}, purchases: {}, webhooks: {}, name: "mine" }'
    const source = `export default { destinations: { a: ${connector('x')} }, subtotal: ${api} }`
    const { subtotal } = await load({ ...klaviyo, SUBTOTAL_API_KEY: key }, { 'relay.config.ts': source })
    expect(subtotal).toMatchObject({ name: 'mine' })
  })

  test('another file may be named', async () => {
    const config = await load(
      klaviyo,
      { 'other.mjs': file(`a: ${connector('x')}`).replace(' satisfies object', '') },
      'other.mjs',
    )
    expect(Object.keys(config.destinations)).toEqual(['a'])
  })

  test('it can read the variables of .env', async () => {
    const source = `export default { destinations: { [process.env['RELAY_TEST_NAME'] ?? 'none']: ${connector('x')} } }`
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'relay.config.ts'), source)
    writeFileSync(join(cwd, '.env'), 'RELAY_TEST_NAME=from-dot-env')
    const destinations = await loadDestinations({ env: process.env, cwd })
    delete process.env['RELAY_TEST_NAME']
    expect(Object.keys(destinations)).toEqual(['from-dot-env'])
  })

  test.each([
    ['export default {', /relay\.config\.ts cannot be loaded/],
    ["import 'not-installed-anywhere'", /relay\.config\.ts cannot be loaded: .*not-installed-anywhere/],
    [`throw new Error('${key}')`, /^relay\.config\.ts cannot be loaded: it threw Error\.$/],
    ['export const x = 1', /^relay\.config\.ts: its default export .* Write "export default defineRelay/],
    [file(''), /^relay\.config\.ts has no destination/],
    [file('a: { name: 1 }'), /^relay\.config\.ts: destinations\.a is not a connector/],
    [file(`'a b': ${connector('x')}`), /^relay\.config\.ts: destinations/],
    ['export default { destinations: {}, color: 1 }', /^relay\.config\.ts: .*color/],
    [file(`a: ${connector('x')}`).replace('10', '0'), /^relay\.config\.ts: destinations\.a is not a connector/],
    [
      `export default { destinations: { a: ${connector('x')} }, lanes: { b: { concurrency: 2 } } }`,
      /^relay\.config\.ts: lanes\.b belongs to no destination\. Its name must be one of a\.$/,
    ],
    [`export default ${withLane("{ ordering: 'purchase' }")}`, /^relay\.config\.ts: lanes\.a\.ordering .*"none"\|"customer"/],
    [`export default ${withLane('{ requestsPerSecond: 0 }')}`, /^relay\.config\.ts: lanes\.a\.requestsPerSecond /],
    [`export default ${withLane('{ retry: { schedule: [] } }')}`, /^relay\.config\.ts: lanes\.a\.retry\.schedule /],
    [`export default ${withLane('{ retry: { schedule: [10] } }')}`, /^relay\.config\.ts: lanes\.a\.retry\.schedule\.0 /],
    [`export default ${withLane('{ retry: { firstDelayMs: 1.5 } }')}`, /^relay\.config\.ts: lanes\.a\.retry\.firstDelayMs /],
    [
      `export default { destinations: { a: ${connector('x')} }, subtotal: 'a key' }`,
      /^relay\.config\.ts: subtotal is not what createSubtotalApi returns/,
    ],
    [
      file(`a: ${connector('x')}`).replace('10', '10, requestRates: [{ requests: 0, perMs: 1000 }]'),
      /^relay\.config\.ts: destinations\.a is not a connector/,
    ],
  ])('%s is refused in a sentence', async (source, expected) => {
    const message = await refusal(klaviyo, { 'relay.config.ts': source })
    expect(message).toMatch(expected)
    expect(message).not.toContain(key)
  })

  test('a file that was named and is not there is refused', async () => {
    await expect(load(klaviyo, {}, 'nowhere.ts')).rejects.toThrow(/There is no file .*nowhere\.ts/)
  })
})

test("SUBTOTAL_API_KEY opens Subtotal's own API; without it there is none", async () => {
  expect((await load({ ...klaviyo, SUBTOTAL_API_KEY: key })).subtotal).toHaveProperty('purchases')
  expect(await load(klaviyo)).not.toHaveProperty('subtotal')
})

test('encryption keys are read from a file, and a wrong one is refused without being repeated', async () => {
  const file = { ...klaviyo, RELAY_ENCRYPTION_KEY_FILE: 'keys' }
  expect((await load(file, { keys: `${keyLine('new')}\n${keyLine('old')}\n` })).encryption).toEqual(testKeys('new', 'old'))
  expect((await load({ ...klaviyo, RELAY_ENCRYPTION_KEY: keyLine('one') })).encryption).toEqual(testKeys('one'))
  const message = await refusal(file, { keys: 'correct horse battery staple' })
  expect(message).toContain('Make one with: openssl rand -base64 32')
  expect(message).not.toContain('horse')
})

test('what is fetched from Subtotal can be chosen', async () => {
  const withKey = { ...klaviyo, SUBTOTAL_API_KEY: key }
  expect(await load(withKey)).not.toHaveProperty('enrichment')
  expect((await load({ ...withKey, RELAY_ENRICH: 'contacts, Purchases' })).enrichment).toEqual({
    purchases: true,
    contacts: true,
  })
  expect((await load({ ...withKey, RELAY_ENRICH: 'purchases' })).enrichment).toEqual({ purchases: true, contacts: false })
  expect((await load({ ...klaviyo, RELAY_ENRICH: 'off' })).enrichment).toEqual({ purchases: false, contacts: false })
})

test('destinations alone need no signing secret', async () => {
  const cwd = temporaryFolder()
  const destinations = await loadDestinations({ env: { KLAVIYO_API_KEY: key }, cwd })
  expect(Object.keys(destinations)).toEqual(['klaviyo'])
})
