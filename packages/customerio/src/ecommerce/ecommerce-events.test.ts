import { describe, expect, it } from 'vitest'
import type { ExpandedShape } from '../../test/ecommerce-shapes.ts'
import { specifiedBranches } from '../../test/ecommerce-shapes.ts'
import { ecommerceEvents } from './ecommerce-events.ts'
import type { EcommerceEventName } from './ecommerce-properties.ts'
import type { Shape } from './shape-of.ts'
import { itemShapeOf, shapeOf } from './shape-of.ts'

const isEventName = (name: string): name is EcommerceEventName => Object.hasOwn(ecommerceEvents, name)

function expand(shape: Shape): ExpandedShape {
  return Object.fromEntries(
    Object.entries(shape).map(([key, type]) => [key, type.endsWith('[]') ? [expand(itemShapeOf(type))] : type]),
  )
}

describe('the table of ecommerce events', () => {
  const branches = specifiedBranches()

  it('has the 28 names of the specification and no others', () => {
    expect(Object.keys(ecommerceEvents)).toHaveLength(28)
    expect(branches).toHaveLength(56)
    expect(new Set(Object.keys(ecommerceEvents))).toStrictEqual(new Set(branches.map((branch) => branch.name)))
  })

  it.each(branches.map((branch) => [branch.name, branch.required[0], branch] as const))(
    'has every property of %s with %s, each of its type',
    (name, _, branch) => {
      expect(['userId', 'anonymousId']).toContain(branch.required[0])
      expect(new Set(branch.required.slice(1))).toStrictEqual(new Set(['event', 'type']))
      expect(isEventName(name) ? expand(shapeOf(name)) : undefined).toStrictEqual(branch.shape)
    },
  )
})
