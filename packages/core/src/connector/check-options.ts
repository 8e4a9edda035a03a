import { z } from 'zod'
import { OptionsError } from '../errors/options-error.ts'

/**
 * Checks options against a zod schema for each, strictly: an unknown option is refused by name.
 *
 * @param what what is being made, for the message: `The braze connector`
 * @throws {OptionsError} naming every option that is wrong, without its value
 */
export function checkOptions<Options>(what: string, shape: Readonly<Record<string, z.ZodType>>, options: Options): Options {
  const checked = z.strictObject(shape).safeParse(options)
  if (!checked.success) throw new OptionsError(`${what} cannot be made: ${checked.error.issues.map(describeIssue).join('; ')}.`)
  // The schemas check and trim, and keep each option's declared type.
  return checked.data as Options
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    return `unknown option ${issue.keys.map((key) => `"${path === '' ? key : `${path}.${key}`}"`).join(', ')}`
  }
  if (path === '') return 'the options must be an object'
  const isUndefined = issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
  return `option "${path}": ${isUndefined ? 'is undefined; set it, or leave it out where it may be' : issue.message}`
}
