/** Amounts of google.type.Money as text and back, without floating-point numbers. */

const formats = new Map();

/** An amount as a decimal number: 39.95, -0.05. */
export function toDecimal({ units = "0", nanos = 0 }) {
  const sign = String(units).startsWith("-") || nanos < 0 ? "-" : "";
  const fraction = String(Math.abs(nanos)).padStart(9, "0").replace(/0{0,7}$/, "");
  return `${sign}${String(units).replace("-", "")}.${fraction}`;
}

/** The amount of a decimal number as JSON has it; null if the text is none. */
export function toMoney(decimal, currencyCode) {
  const found = /^(-?)(\d{1,16})(?:\.(\d{1,2}))?$/.exec(decimal.trim());
  if (!found) return null;
  const [, sign, units, fraction = ""] = found;
  const nanos = Number(fraction.padEnd(9, "0")) * (sign ? -1 : 1);
  return { currencyCode, units: String(BigInt(`${sign}${units}`)), nanos: nanos || 0 };
}

/** An amount for people, as their browser writes it. */
export function formatted(money) {
  if (!money) return "";
  const currency = money.currencyCode || "XXX";
  if (!formats.has(currency)) formats.set(currency, new Intl.NumberFormat(undefined, { style: "currency", currency }));
  return formats.get(currency).format(toDecimal(money));
}

/** Whether it is more than nothing. */
export function isPositive({ units = "0", nanos = 0 } = {}) {
  return BigInt(units) > 0n || nanos > 0;
}
