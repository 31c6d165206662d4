/** Something that the person who runs a script can put right: shown as its message, without a stack. */
export class Failure extends Error {}
