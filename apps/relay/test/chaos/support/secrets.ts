/** The secret that a relay under test verifies with. It must never be seen in its log. */
export const signingSecret = 'signing-secret-of-the-fault-tests'

/** The key that a relay under test has for every destination. It must never be seen in its log. */
export const apiKey = 'key-of-the-fault-tests-never-shown'
