import { describe, expect, it } from 'vitest'
import { ecommerceEvent } from './ecommerce-event.ts'
import { personalStrings } from './personal-strings.ts'

describe('personalStrings', () => {
  it('finds the ids, the context, and what the specification does not name, however deep', () => {
    const event = ecommerceEvent(
      'Order Completed',
      { userId: 'cust_8841' },
      {
        order_id: 'A-1',
        products: [{ sku: '041331027878', name: 'Juice', engraving: 'For Robin' }],
        buyer: { name: 'Robin', phones: ['+12025550142'] },
        age: 40,
        empty: '',
      },
      { context: { ip: '192.0.2.7' } },
    )
    expect(personalStrings(event)).toStrictEqual(['cust_8841', '192.0.2.7', 'For Robin', 'Robin', '+12025550142'])
  })

  it('finds what people write to and of each other', () => {
    const properties = { share_via: 'email', share_message: 'Look, Sam', recipient: 'sam@shoppers.example' }
    expect(personalStrings(ecommerceEvent('Cart Shared', { anonymousId: 'visitor-7' }, properties))).toStrictEqual([
      'visitor-7',
      'Look, Sam',
      'sam@shoppers.example',
    ])
  })
})
