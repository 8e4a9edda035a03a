import process from 'node:process'
import pg from 'pg'
import type { TlsFileError } from './tls-file-error.ts'
import { tlsFileErrorOf } from './tls-file-error.ts'

type Connected = ((error: Error) => void) | ((error: null, client: pg.Client) => void)

/**
 * A client that fails when it connects, not when it is made, while a file that its URL names cannot be read: a pool makes one also when
 * another has ended, where nobody would catch what is thrown.
 */
export class LateClient extends pg.Client {
  readonly #problem: TlsFileError | undefined

  constructor(config: pg.ClientConfig = {}) {
    const problem = tlsFileErrorOf(config.connectionString ?? '')
    super(problem === undefined ? config : {})
    this.#problem = problem
  }

  override connect(): Promise<pg.Client>
  override connect(callback: Connected): void
  override connect(callback?: Connected): Promise<pg.Client> | undefined {
    const problem = this.#problem
    if (callback === undefined) return problem === undefined ? super.connect() : Promise.reject(problem)
    if (problem === undefined) super.connect(callback)
    else process.nextTick(callback, problem)
    return undefined
  }
}
