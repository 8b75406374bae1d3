UPDATE ec_channel
   SET fake_secret = NULL;
