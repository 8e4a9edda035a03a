import { z } from 'zod'
import type { CommandContext } from '../command-context.ts'
import { UsageError } from '../usage-error.ts'
import type { AdminClient } from './admin-client.ts'
import { readAnswer } from './read-answer.ts'
import { readIdentity } from './read-identity.ts'

/** How a person can be named in a search. */
interface PersonOptions {
  readonly email?: string | undefined
  readonly mobile?: string | undefined
  readonly person?: string | undefined
}

const answerSchema: z.ZodType<{ readonly person: string; readonly isKnown: boolean }> = z.object({
  person: z.string(),
  isKnown: z.boolean(),
})

/** The filter for the person that is named, if one is: the relay answers an opaque id, as no address belongs into a URL. */
export async function findPerson(
  { email, mobile, person }: PersonOptions,
  client: AdminClient,
  context: CommandContext,
): Promise<{ readonly person?: string }> {
  if ([email, mobile, person].filter((one) => one !== undefined).length > 1) {
    throw new UsageError('Give one of --email, --mobile and --person.')
  }
  if (person !== undefined) return { person }
  if (email === undefined && mobile === undefined) return {}
  const [name, given] = email === undefined ? (['mobile', mobile ?? ''] as const) : (['email', email] as const)
  const answer = await client.post('/people/search', { [name]: await readIdentity(name, given, context) })
  const found = readAnswer(answerSchema, answer)
  if (!found.isKnown)
    context.stderr.write(`nobody is known here by that ${name === 'email' ? 'email address' : 'phone number'}.\n`)
  return { person: found.person }
}
