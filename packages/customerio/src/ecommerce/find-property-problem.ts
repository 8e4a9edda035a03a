import type { EcommerceEventName } from './ecommerce-properties.ts'
import type { Shape } from './shape-of.ts'
import { itemShapeOf, shapeOf } from './shape-of.ts'

/**
 * The first property that is not of its type in the specification, as a sentence without its value; `undefined` when all are.
 * A property that the specification does not name may be anything.
 */
export function findPropertyProblem(name: EcommerceEventName, properties: Readonly<Record<string, unknown>>): string | undefined {
  return problemIn(shapeOf(name), properties, 'properties')
}

function problemIn(shape: Shape, value: unknown, path: string): string | undefined {
  if (!isObject(value)) return `${path} must be an object`
  for (const [key, type] of Object.entries(shape)) {
    if (!Object.hasOwn(value, key)) continue
    const problem = problemOf(type, value[key], `${path}.${key}`)
    if (problem !== undefined) return problem
  }
  return undefined
}

function problemOf(type: string, value: unknown, path: string): string | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? undefined : `${path} must be a string`
    case 'number':
      return typeof value === 'number' ? undefined : `${path} must be a number`
    case 'integer':
      return Number.isInteger(value) ? undefined : `${path} must be a whole number`
    default: {
      if (!Array.isArray(value)) return `${path} must be a list`
      const shape = itemShapeOf(type)
      return value.map((item, index) => problemIn(shape, item, `${path}[${index}]`)).find((problem) => problem !== undefined)
    }
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
