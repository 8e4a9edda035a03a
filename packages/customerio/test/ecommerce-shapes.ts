import { z } from 'zod'
import { ecommerceSpecification } from './specification.ts'

/** A schema of the specification, as far as it uses JSON Schema; a member that is not listed here fails the tests. */
interface Schema {
  readonly $ref?: string | undefined
  readonly oneOf?: readonly Schema[] | undefined
  readonly allOf?: readonly Schema[] | undefined
  readonly type?: string | undefined
  readonly format?: string | undefined
  readonly enum?: readonly string[] | undefined
  readonly required?: readonly string[] | undefined
  readonly properties?: Readonly<Record<string, Schema>> | undefined
  readonly items?: Schema | undefined
  readonly additionalProperties?: unknown
}

const schema: z.ZodType<Schema> = z.lazy(() =>
  z.strictObject({
    $ref: z.string().optional(),
    oneOf: z.array(schema).optional(),
    allOf: z.array(schema).optional(),
    type: z.string().optional(),
    format: z.string().optional(),
    enum: z.array(z.string()).optional(),
    required: z.array(z.string()).optional(),
    properties: z.record(z.string(), schema).optional(),
    items: schema.optional(),
    additionalProperties: z.unknown().optional(),
  }),
)

/** Properties with their types: a JSON type, or for a list the properties of its items. */
export type ExpandedShape = { readonly [key: string]: string | readonly [ExpandedShape] }

/** One branch of an event in the specification: known or anonymous person. */
export interface EventBranch {
  readonly name: string
  readonly required: readonly string[]
  readonly shape: ExpandedShape
}

/** Both branches of every event of the specification. */
export function specifiedBranches(): EventBranch[] {
  return Object.entries(ecommerceSpecification.components.schemas)
    .filter(([name]) => name.endsWith('_event'))
    .flatMap(([, event]) => schema.parse(event).oneOf ?? [])
    .map((branch) => ({
      name: String(branch.properties?.['event']?.enum),
      required: branch.required ?? [],
      shape: expand(branch.properties?.['properties']),
    }))
}

function expand(one: Schema = {}): ExpandedShape {
  if (one.$ref !== undefined)
    return expand(schema.parse(ecommerceSpecification.components.schemas[one.$ref.split('/').at(-1) ?? '']))
  const own = Object.entries(one.properties ?? {}).map(([key, { type = '', items }]): [string, ExpandedShape[string]] => [
    key,
    type === 'array' ? [expand(items)] : type,
  ])
  return Object.assign({}, ...(one.allOf ?? []).map(expand), Object.fromEntries(own))
}
