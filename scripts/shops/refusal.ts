/** What a stand-in won't do, said to the test as a 422. */
export class Refusal extends Error {}
