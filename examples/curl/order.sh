#!/usr/bin/env bash
# Orders two lamps with curl: the first one is paid and partly refunded, the second one is cancelled.
set -euo pipefail
shop=${SHOP_URL:-http://127.0.0.1:8080}

new_id() { cat /proc/sys/kernel/random/uuid; }

# post TOKEN PATH BODY: the reply, which may be a refusal.
post() { curl -sS "$shop/api/v1/$2" -H "${1:+authorization: Bearer $1}" -H "content-type: application/json" -d "$3"; }

# field EXPRESSION: that part of the reply on standard input; a refusal ends the script with its message.
field() {
  python3 -c "
import json, sys
reply = json.load(sys.stdin)
sys.exit(reply['message']) if 'message' in reply else print(reply$1)"
}

# order QUANTITY: the body of a call. An id of its own for each order: whoever repeats a call sends the same body.
order() {
  cat <<END
{
  "requestId": "$(new_id)",
  "currencyCode": "EUR",
  "items": [{"productItemId": "$lamp", "quantity": $1}],
  "payment": {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"}
}
END
}

# until_paid ORDER: prints each status of an order until it is paid.
until_paid() {
  while IFS= read -r event; do
    case $event in
      *'"orderCreated"'*) echo "order $1 is CONFIRMED" ;;
      *'"toStatus":"ORDER_STATUS_PAID"'*) echo "order $1 is PAID"; return ;;
      *'"toStatus":"ORDER_STATUS_FAILED"'*) echo "order $1 is FAILED"; return 1 ;;
    esac
  done < <(curl -sN -m 60 "$shop/api/v1/orders/$1:watch?afterSequence=0" -H "authorization: Bearer $shopper")
  echo "the stream ended" >&2
  return 1
}

admin=$(post "" users/login '{"email": "admin@example.com", "password": "Admin123!"}' | field '["accessToken"]')
lamp=$(post "$admin" products "{
  \"name\": \"Desk lamp\",
  \"basePrice\": {\"currencyCode\": \"EUR\", \"units\": \"39\", \"nanos\": 950000000},
  \"productItems\": [{\"sku\": \"LAMP-$(new_id)\", \"quantityOnHand\": 10}]
}" | field '["productItems"][0]["id"]')

email=ada-$(new_id)@example.com
post "" users "{\"email\": \"$email\", \"password\": \"Analytical-1\", \"displayName\": \"Ada\"}" | field '["email"]'
shopper=$(post "" users/login "{\"email\": \"$email\", \"password\": \"Analytical-1\"}" | field '["accessToken"]')

placed=$(post "$shopper" orders "$(order 1)" | field '["id"]')
until_paid "$placed"

# The reason is for programs; docs/errors.md lists all of them.
reason='import json, sys; print(json.load(sys.stdin)["details"][0]["reason"])'
echo "11 lamps: $(post "$shopper" orders "$(order 11)" | python3 -c "$reason")"

unwanted=$(post "$shopper" orders "$(order 1)" | field '["id"]')
status=$(post "$shopper" "orders/$unwanted:cancel" '{"reason": "One is enough"}' | field '["status"]')
echo "order $unwanted is ${status#ORDER_STATUS_}"

units=$(post "$admin" "admin/orders/$placed:refund" "{
  \"requestId\": \"$(new_id)\",
  \"amount\": {\"currencyCode\": \"EUR\", \"units\": \"5\"},
  \"reason\": \"A scratch\"
}" | field '["refunds"][-1]["amount"]["units"]')
echo "order $placed gets $units.00 EUR back"
