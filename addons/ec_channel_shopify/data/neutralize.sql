-- A copy of the database must never act for the shop.
UPDATE ec_channel
   SET shopify_client_id = NULL,
       shopify_client_secret = NULL,
       shopify_old_secret = NULL,
       shopify_access_token = NULL,
       shopify_webhook_token = NULL
 WHERE provider = 'shopify';
DELETE FROM ec_shopify_token;
