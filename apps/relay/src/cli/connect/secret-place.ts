import { randomBytes } from 'node:crypto'
import { appendFile, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { mergeDotEnv } from '../../config/read-environment.ts'
import { errorCodeOf } from '../../observability/error-code-of.ts'
import type { CommandContext } from '../command-context.ts'
import { storeFolder } from '../store-path.ts'

/** Where the relay reads its signing secrets. */
export interface SecretPlace {
  /** `variable`: SUBTOTAL_SIGNING_SECRET itself, which this program cannot write. */
  readonly kind: 'file' | 'variable'
  /** The file, absolute. */
  readonly path: string
  /** Whether SUBTOTAL_SIGNING_SECRET_FILE names it already. */
  readonly isNamed: boolean
  /** The secrets that are there, newest first. */
  readonly secrets: readonly string[]
}

const fileName = 'subtotal-signing-secret'
const variable = 'SUBTOTAL_SIGNING_SECRET'

/** Looks where the secrets are or would be: the file that SUBTOTAL_SIGNING_SECRET_FILE names, else one in the store's folder. */
export async function findSecretPlace(context: CommandContext): Promise<SecretPlace> {
  const env = mergeDotEnv(context.env, context.cwd)
  const file = env[`${variable}_FILE`]?.trim() || undefined
  const value = env[variable]?.trim() || undefined
  if (file === undefined && value !== undefined) return { kind: 'variable', path: '', isNamed: false, secrets: split(value) }
  const path = file === undefined ? join(storeFolder(context), fileName) : resolve(context.cwd, file)
  return { kind: 'file', path, isNamed: file !== undefined, secrets: split(await readIfThere(path)) }
}

/** Puts a secret before those that are there, in a file that its owner alone may read. It is on disk when this resolves. */
export async function addSecret(place: SecretPlace, secret: string): Promise<void> {
  await makeFolder(place)
  await writeWhole(place.path, `${[secret, ...place.secrets].join(',')}\n`)
}

/**
 * Lets `.env` name the file where nothing does; `false`: it cannot be written, and somebody has to set the variable. For what runs in this
 * process it is set anyway.
 */
export async function nameSecretFile({ path, isNamed }: SecretPlace, { cwd, env }: CommandContext): Promise<boolean> {
  if (isNamed) return true
  const line = `${variable}_FILE=${relative(cwd, path)}\n`
  try {
    const before = await readIfThere(join(cwd, '.env'))
    await appendFile(join(cwd, '.env'), before === '' || before.endsWith('\n') ? line : `\n${line}`, { mode: 0o600 })
    return true
  } catch {
    env[`${variable}_FILE`] = path
    return false
  }
}

/** Makes sure that a secret can be written there, before one is made that is shown only once. */
export async function checkSecretPlace(place: SecretPlace): Promise<void> {
  await makeFolder(place)
  const trial = `${place.path}.${randomBytes(4).toString('hex')}`
  await writeFile(trial, '', { flag: 'wx', mode: 0o600 })
  await rm(trial)
}

/** The store's folder is made as the relay would make it; the folder of a file that somebody named is theirs. */
async function makeFolder({ path, isNamed }: SecretPlace): Promise<void> {
  if (!isNamed) await mkdir(dirname(path), { recursive: true, mode: 0o700 })
}

/** A reader sees the old content or the new, never a part. */
async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(4).toString('hex')}`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return ''
    throw error
  }
}

function split(text: string): readonly string[] {
  return text.split(',').flatMap((secret) => secret.trim() || [])
}
