// A refusal says what was wrong and where. Nothing else is thrown by this verifier for bad input.
export class Refusal extends Error {
  /** @param {string} place the field or step, e.g. "receipt.10[0].treeRoot" @param {string} sentence */
  constructor(place, sentence) {
    super(`${place}: ${sentence}`);
    this.name = 'Refusal';
    this.place = place;
  }
}

/** Refuses unless the condition holds. */
export function require(condition, place, sentence) {
  if (!condition) throw new Refusal(place, sentence);
}
