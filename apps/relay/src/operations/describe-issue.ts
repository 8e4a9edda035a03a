import type { z } from 'zod'

/** What is wrong with a request's body, in a sentence that names the field and holds no value. */
export function describeIssue(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'The body is wrong.'
  const path = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') return `${path === '' ? 'The body' : `"${path}"`} has a field that is not known.`
  if (issue.code === 'invalid_value') return `"${path}" must be one of ${issue.values.map(String).join(', ')}.`
  return path === '' ? 'The body must be a JSON object.' : `"${path}" is wrong: ${issue.message}`
}
