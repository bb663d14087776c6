/** The sandbox's cards. In a real shop the widget of the payment provider makes such a token of a card. */

export const CARDS = [
  ["tok_ok", "A card that works"],
  ["tok_declined", "A card that is refused"],
  ["tok_flaky_2", "A provider that fails twice"],
  ["tok_requires_action_5000", "A card that has to be confirmed, which happens after 5 seconds"],
];

/** As CreateOrder and RetryPayment take it. */
export function cardPayment(token) {
  return { method: "PAYMENT_METHOD_CARD", token };
}
