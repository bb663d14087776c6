\set order random(1, 9000000000000000000)
\set first random(1, 300)
\set second random(301, 600)
\set third random(601, 900)
BEGIN;
UPDATE stock SET reserved = reserved + 1 WHERE id IN (:first, :second, :third) AND reserved < on_hand;
INSERT INTO reservation (order_id, lines) VALUES (:order, jsonb_build_array(:first::bigint, :second::bigint, :third::bigint));
COMMIT;
BEGIN;
INSERT INTO orders (id, status, owner) VALUES (:order, 'CONFIRMED', 'bench');
INSERT INTO order_item (order_id, product_item_id, quantity, unit_price) VALUES (:order, :first, 1, 40), (:order, :second, 2, 45), (:order, :third, 1, 40);
INSERT INTO payment (order_id, transaction_id, amount) VALUES (:order, gen_random_uuid(), 170);
COMMIT;
