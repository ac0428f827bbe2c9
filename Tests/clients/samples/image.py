import requests
import json

url = "https://minitoolai.com/api/texttoimage/"
API_Key = "MiniToolAI_API_Key"

headers = {
    "Content-Type": "application/json",
    "Authorization": f"Bearer {API_Key}"
}

data = {
    "model": "realvision",
    "prompt": "Ultra realistic portrait of a 20 year old woman, wearing an elegant black gown, joyful expression, deep shadows, cinematic composition, moody lighting",
    "negativePrompt": "unrealistic eyes, malformed features, ugly drawn",
    "scheduler": "DPM++ SDE",
    "steps": 4,
    "cfgScale": 2.0,
    "width": 1152,
    "height": 768
}

response = requests.post(url, json=data, headers=headers)
print(response.text)

'''
#response
Success:
{"status":"success","jobid":12345678,"signature":"abcxyz123"}

Error:
{"status":"error","jobid":null,"signature":null}
'''
