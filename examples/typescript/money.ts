// Exact amounts of money: google.type.Money as decimal text and back. No amount is ever a floating-point number.

const NANOS_PER_UNIT = 1_000_000_000n;

/** google.type.Money, from gRPC (units are a bigint) or from JSON (units are text). */
export interface Money {
  currencyCode: string;
  units: bigint | string;
  nanos: number;
}

/** The amount with at least two decimals, such as "-1.75". */
export function toDecimal({ units, nanos }: Money): string {
  const total = BigInt(units) * NANOS_PER_UNIT + BigInt(nanos);
  const absolute = total < 0n ? -total : total;
  const decimals = (absolute % NANOS_PER_UNIT).toString().padStart(9, "0").replace(/0{1,7}$/, "");
  return `${total < 0n ? "-" : ""}${absolute / NANOS_PER_UNIT}.${decimals}`;
}

/** The amount that a decimal text such as "-1.75" means; its units are a bigint, as gRPC takes them. */
export function toMoney(decimal: string, currencyCode: string) {
  const [, sign, units, decimals = ""] = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(decimal) ?? [];
  if (units === undefined) throw new RangeError(`${decimal} is no amount such as -1.75`);
  const signed = (digits: string) => BigInt(digits) * (sign ? -1n : 1n);
  return { currencyCode, units: signed(units), nanos: Number(signed(decimals.padEnd(9, "0"))) };
}
