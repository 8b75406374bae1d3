-- A copy of the database must never act for the shop.
UPDATE ec_channel
   SET rakuten_service_secret = NULL,
       rakuten_license_key = NULL
 WHERE provider = 'rakuten';
