/**
 * Signatures that were made by others: CallRail's is published (its documentation, Validating Payloads), those of Twilio
 * were made by its own library from values that are nobody's.
 */
export const CALLRAIL = {
  key: "072e77e426f92738a72fe23c4d1953b4",
  signature: "UZAHbUdfm3GqL7qzilGozGzWV64=",
  body: `{"answered":false,"business_phone_number":"","call_type":"voicemail","company_id":155920786,"company_name":"Boost Marketing","company_time_zone":"America/Los_Angeles","created_at":"2018-02-19T13:41:00.252-05:00","customer_city":"Rochester","customer_country":"US","customer_name":"Kaylah Mills","customer_phone_number":"+12148654559","customer_state":"PA","device_type":"","direction":"inbound","duration":"13","first_call":false,"formatted_call_type":"Voicemail","formatted_customer_location":"Rochester, PA","formatted_business_phone_number":"","formatted_customer_name":"Kaylah Mills","prior_calls":16,"formatted_customer_name_or_phone_number":"Kaylah Mills","formatted_customer_phone_number":"214-865-4559","formatted_duration":"13s","formatted_tracking_phone_number":"404-555-8514","formatted_tracking_source":"Google Paid","formatted_value":"--","good_lead_call_id":715587840,"good_lead_call_time":"2016-06-17T10:23:33.363-04:00","id":766970532,"lead_status":"previously_marked_good_lead","note":"","recording":"https://app.callrail.com/calls/766970532/recording/redirect?access_key=aaaaccccddddeeee","recording_duration":8,"source_name":"Google AdWords","start_time":"2018-02-19T13:41:00.236-05:00","tags":[],"total_calls":17,"tracking_phone_number":"+14045558514","transcription":"","value":"","voicemail":true,"tracker_id":354024023,"keywords":"","medium":"","referring_url":"","landing_page_url":"","last_requested_url":"","referrer_domain":"","conversational_transcript":"","utm_source":"google","utm_medium":"cpc","utm_term":"","utm_content":"","utm_campaign":"Google AdWords","utma":"","utmb":"","utmc":"","utmv":"","utmz":"","ga":"","gclid":"","integration_data":[{"integration":"Webhooks","data":null}],"keywords_spotted":"","recording_player":"https://app.callrail.com/calls/766970532/recording?access_key=aaaabbbbccccdddd","speaker_percent":"","call_highlights":[],"callercity":"Rochester","callercountry":"US","callername":"Kaylah Mills","callernum":"+12148654559","callerstate":"PA","callsource":"google_paid","campaign":"","custom":"","datetime":"2018-02-19 18:41:00","destinationnum":"","ip":"","kissmetrics_id":"","landingpage":"","referrer":"","referrermedium":"","score":1,"tag":"","trackingnum":"+14045558514","timestamp":"2018-02-19T13:41:00.236-05:00"}`,
};

/** A form of Twilio's. */
export const TWILIO_FORM = {
  authToken: "0123456789abcdef0123456789abcdef",
  url: "https://hooks.example.com/calls/twilio?src=1",
  signature: "h089JnH05H9DzZfD6mCgYSiNY9g=",
  params: {
    AccountSid: "AC0123456789abcdef0123456789abcdef",
    ApiVersion: "2010-04-01",
    CallSid: "CA0123456789abcdef0123456789abcdef",
    Called: "+15550100002",
    Caller: "+15550100001",
    From: "+15550100001",
    To: "+15550100002",
    CalledCity: "",
    CalledState: "",
    CalledZip: "",
    CalledCountry: "US",
    CallerCity: "",
    CallerState: "",
    CallerZip: "",
    CallerCountry: "US",
    FromCity: "",
    FromState: "",
    FromZip: "",
    FromCountry: "US",
    ToCity: "",
    ToState: "",
    ToZip: "",
    ToCountry: "US",
    Direction: "inbound",
    CallStatus: "completed",
    CallDuration: "42",
    Duration: "1",
  },
};

/** A body of JSON of Twilio's, whose hash is in the address. */
export const TWILIO_JSON = {
  authToken: "0123456789abcdef0123456789abcdef",
  url: "https://hooks.example.com/calls/twilio?src=1&bodySHA256=a711eb883e74c37e523a26b22ee95f327f89fd4d1d1dfea038b1689cfde2bd6f",
  signature: "kSTtzaoGOfV2zk2xNxLB8yMlQ54=",
  body: '{"CallSid":"CA0123456789abcdef0123456789abcdef","CallStatus":"completed"}',
};
