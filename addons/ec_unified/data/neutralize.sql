-- A copied database must not touch a real shop: pause every shop, stop its scheduled work, forget
-- what is still to be sent. Each mall's module takes its own credentials away.
UPDATE ec_channel
   SET state = 'paused'
 WHERE state IN ('test', 'active');

UPDATE ir_cron
   SET active = FALSE
 WHERE ec_channel_id IS NOT NULL;

UPDATE ec_exchange
   SET state = 'ignored',
       ignore_reason = 'neutralized copy'
 WHERE direction = 'out'
   AND state IN ('pending', 'failed');
