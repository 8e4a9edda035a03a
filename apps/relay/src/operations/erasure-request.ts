import { z } from 'zod'
import type { Identity } from '../erasure/identity.ts'
import { identityKinds, normalize, refuseIdentity } from '../erasure/identity.ts'
import { describeIssue } from './describe-issue.ts'

/** An erasure as it is asked for. */
export interface ErasureRequest {
  readonly identity: Identity
  /** Later events of the person are dropped on arrival. */
  readonly isBlocking: boolean
  /** Only tell what would be erased. */
  readonly dryRun: boolean
}

/** What cannot be asked for. The message names the field, and holds no value. */
export class ErasureRequestError extends Error {
  override readonly name: string = 'ErasureRequestError'
}

const text = z.string().min(1).max(512)
const requestSchema = z.strictObject({
  customer: text.exactOptional(),
  email: text.exactOptional(),
  mobile: text.exactOptional(),
  block: z.boolean().default(false),
  dryRun: z.boolean().default(true),
  confirm: z.string().exactOptional(),
})

/** Reads a request for an erasure. Throws an {@link ErasureRequestError}. */
export function readErasureRequest(body: unknown): ErasureRequest {
  const parsed = requestSchema.safeParse(body)
  if (!parsed.success) throw new ErasureRequestError(describeIssue(parsed.error.issues[0]))
  const { block, dryRun, confirm, ...names } = parsed.data
  const given = identityKinds.flatMap((kind) => {
    const value = names[kind]
    return value === undefined ? [] : [{ kind, value: normalize(kind, value) }]
  })
  const [identity] = given
  if (identity === undefined || given.length > 1) throw new ErasureRequestError('Give one of "customer", "email" and "mobile".')
  const problem = refuseIdentity(identity)
  if (problem !== undefined) throw new ErasureRequestError(`"${identity.kind}" ${problem}.`)
  if (!dryRun && confirm !== 'erase') {
    throw new ErasureRequestError(
      'An erasure cannot be undone. Look at the dry run, then send "dryRun": false together with "confirm": "erase".',
    )
  }
  return { identity, isBlocking: block, dryRun }
}
