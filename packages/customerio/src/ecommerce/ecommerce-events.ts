/**
 * The objects that the semantic ecommerce events are made of: each property with its type. Nothing is required, and more
 * properties are allowed everywhere.
 *
 * Source: `components.schemas` of Customer.io's "Pipelines API - Ecommerce Events" 1.0.0
 */
export const ecommerceObjects = {
  product: {
    product_id: 'string',
    sku: 'string',
    category: 'string',
    name: 'string',
    brand: 'string',
    variant: 'string',
    price: 'number',
    quantity: 'integer',
    coupon: 'string',
    position: 'number',
    url: 'string',
    image_url: 'string',
  },
  promotion: { promotion_id: 'string', creative: 'string', name: 'string', position: 'string' },
  filter_item: { type: 'string', value: 'string' },
  sort_item: { type: 'string', value: 'string' },
  shared_product: { product_id: 'string' },
} as const

/**
 * The 28 semantic ecommerce events: what an event's properties are. `all_of` names an object whose properties are the event's own
 * too; `…[]` is a list of such objects.
 *
 * Source: Customer.io's "Pipelines API - Ecommerce Events" 1.0.0;
 * https://docs.customer.io/integrations/data-in/semantic-events/ecommerce
 */
export const ecommerceEvents = {
  'Product List Viewed': { properties: { list_id: 'string', category: 'string', products: 'product[]' } },
  'Product List Filtered': {
    properties: { list_id: 'string', category: 'string', products: 'product[]', filters: 'filter_item[]', sorts: 'sort_item[]' },
  },
  'Products Searched': { properties: { query: 'string' } },
  'Promotion Viewed': { all_of: 'promotion', properties: {} },
  'Promotion Clicked': { all_of: 'promotion', properties: {} },
  'Product Clicked': { all_of: 'product', properties: { currency: 'string', value: 'number' } },
  'Product Viewed': { all_of: 'product', properties: { currency: 'string', value: 'number' } },
  'Product Added': { all_of: 'product', properties: { cart_id: 'string' } },
  'Product Removed': { all_of: 'product', properties: { cart_id: 'string' } },
  'Cart Viewed': { properties: { cart_id: 'string', products: 'product[]' } },
  'Checkout Started': {
    properties: {
      order_id: 'string',
      affiliation: 'string',
      revenue: 'number',
      value: 'number',
      shipping: 'number',
      tax: 'number',
      discount: 'number',
      coupon: 'string',
      currency: 'string',
      products: 'product[]',
    },
  },
  'Checkout Step Viewed': {
    properties: { checkout_id: 'string', step: 'integer', shipping_method: 'string', payment_method: 'string' },
  },
  'Checkout Step Completed': {
    properties: { checkout_id: 'string', step: 'integer', shipping_method: 'string', payment_method: 'string' },
  },
  'Payment Info Entered': {
    properties: {
      order_id: 'string',
      affiliation: 'string',
      revenue: 'number',
      shipping: 'number',
      tax: 'number',
      discount: 'number',
      coupon: 'string',
      currency: 'string',
      products: 'product[]',
    },
  },
  'Order Updated': {
    properties: {
      order_id: 'string',
      affiliation: 'string',
      revenue: 'number',
      shipping: 'number',
      tax: 'number',
      discount: 'number',
      coupon: 'string',
      currency: 'string',
      products: 'product[]',
    },
  },
  'Order Completed': {
    properties: {
      order_id: 'string',
      checkout_id: 'string',
      affiliation: 'string',
      total: 'number',
      subtotal: 'number',
      revenue: 'number',
      shipping: 'number',
      tax: 'number',
      discount: 'number',
      coupon: 'string',
      currency: 'string',
      products: 'product[]',
    },
  },
  'Order Refunded': {
    properties: {
      order_id: 'string',
      checkout_id: 'string',
      total: 'number',
      subtotal: 'number',
      affiliation: 'string',
      revenue: 'number',
      shipping: 'number',
      tax: 'number',
      discount: 'number',
      coupon: 'string',
      currency: 'string',
      products: 'product[]',
    },
  },
  'Order Cancelled': {
    properties: {
      order_id: 'string',
      total: 'number',
      affiliation: 'string',
      revenue: 'number',
      shipping: 'number',
      tax: 'number',
      discount: 'number',
      coupon: 'string',
      currency: 'string',
      products: 'product[]',
    },
  },
  'Coupon Entered': { properties: { order_id: 'string', cart_id: 'string', coupon_id: 'string' } },
  'Coupon Applied': {
    properties: { order_id: 'string', cart_id: 'string', coupon_id: 'string', coupon_name: 'string', discount: 'number' },
  },
  'Coupon Denied': {
    properties: { order_id: 'string', cart_id: 'string', coupon_id: 'string', coupon_name: 'string', reason: 'string' },
  },
  'Coupon Removed': {
    properties: { order_id: 'string', cart_id: 'string', coupon_id: 'string', coupon_name: 'string', discount: 'number' },
  },
  'Product Added to Wishlist': { all_of: 'product', properties: { wishlist_id: 'string', wishlist_name: 'string' } },
  'Product Removed from Wishlist': { all_of: 'product', properties: { wishlist_id: 'string', wishlist_name: 'string' } },
  'Wishlist Product Added to Cart': {
    all_of: 'product',
    properties: { wishlist_id: 'string', wishlist_name: 'string', cart_id: 'string' },
  },
  'Product Shared': {
    properties: {
      share_via: 'string',
      share_message: 'string',
      recipient: 'string',
      product_id: 'string',
      sku: 'string',
      category: 'string',
      name: 'string',
      brand: 'string',
      variant: 'string',
      price: 'number',
      url: 'string',
      image_url: 'string',
    },
  },
  'Cart Shared': {
    properties: {
      share_via: 'string',
      share_message: 'string',
      recipient: 'string',
      cart_id: 'string',
      products: 'shared_product[]',
    },
  },
  'Product Reviewed': { properties: { product_id: 'string', review_id: 'string', review_body: 'string', rating: 'integer' } },
} as const
