import { checkOptions } from '@subtotal-connectors/core'
import { z } from 'zod'

/** How each argument of a call is checked. */
export type ArgumentsShape<Arguments> = Readonly<Record<keyof Arguments, z.ZodType>>

/** The arguments of a call. Throws an `OptionsError` that names each one that Subtotal could not take; nothing is sent then. */
export function checkArguments<Arguments>(call: string, shape: ArgumentsShape<Arguments>, values: Arguments): Arguments {
  return checkOptions(`A call of ${call}`, shape, values)
}

/** An id of Subtotal's: it becomes a part of a path. */
export const idArgument: z.ZodType<string> = z
  .string()
  .regex(/^[\w-]{1,128}$/, 'must be an id of Subtotal: 1 to 128 letters, digits, "_" and "-"')

/** Text of 1 to so many characters. */
export function textArgument(maxLength: number): z.ZodType<string> {
  return z
    .string()
    .refine((text) => text.trim() !== '', 'must not be empty')
    .refine((text) => text.length <= maxLength, `must have at most ${maxLength} characters`)
    .refine((text) => text.isWellFormed(), 'must be well-formed Unicode')
}

/** `YYYY-MM-DD`, a day that exists. */
export const dateArgument: z.ZodType<string> = z.iso.date('must be a date such as 2026-01-31')

/** What a page shows of a URL where Subtotal may post to: HTTPS, or HTTP on this machine, which the mock takes. */
export const webhookUrlArgument: z.ZodType<string> = z.string().check((context) => {
  const problem = urlProblem(context.value)
  if (problem !== undefined) context.issues.push({ code: 'custom', message: problem, input: '' })
})

function urlProblem(value: string): string | undefined {
  if (!URL.canParse(value)) return 'must be a URL'
  const { protocol, hostname, username, password } = new URL(value)
  const isLoopback = ['localhost', '[::1]'].includes(hostname) || hostname.startsWith('127.')
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback)) return 'must be https'
  return username === '' && password === '' ? undefined : 'must not hold credentials'
}
